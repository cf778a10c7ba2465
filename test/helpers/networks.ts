/** Random networks for property tests. */
import fc from 'fast-check';
import {
  NetworkError,
  parseNetwork,
  randomNetwork,
  type NetworkDescription,
  type RandomNetworkOptions,
} from '../../src/network/index.ts';

/** Small networks of any form: residual blocks, pools, strides, kernels, paddings, structures of M, sizes, T. */
export function anyNetwork(fixed: RandomNetworkOptions = {}): fc.Arbitrary<NetworkDescription> {
  return fc
    .record({
      seed: fc.integer(),
      steps: fc.integer({ min: 1, max: 6 }),
      height: fc.integer({ min: 2, max: 11 }),
      width: fc.integer({ min: 2, max: 11 }),
      classes: fc.integer({ min: 1, max: 5 }),
      blocks: fc.integer({ min: 0, max: 4 }),
    })
    .map((drawn) => randomNetwork({ ...drawn, ...fixed }));
}

/** A layer of a stack; its id comes from its kind and place. */
export type StackLayer = Readonly<Record<string, unknown>> & { readonly kind: string; readonly id?: string };

/** What a stack starts from. All have defaults. */
export interface StackInput {
  readonly steps?: number;
  readonly height?: number;
  readonly width?: number;
  readonly channels?: number;
  readonly maxCount?: number;
  readonly classes?: number;
}

/** Layers one after the other, and a read-out behind them. */
export function stackOf(
  layers: readonly StackLayer[],
  { steps = 3, height = 8, width = 8, channels = 2, maxCount = 15, classes = 3 }: StackInput = {},
): NetworkDescription {
  return parseNetwork({
    name: 'stack',
    steps,
    input: { height, width, channels, maxCount },
    classes: Array.from({ length: classes }, (_, i) => String(i)),
    layers: [
      ...layers.map((layer, i) => ({ id: `${layer.kind}${i + 1}`, ...layer })),
      { id: 'readout', kind: 'linear', units: classes },
    ],
  });
}

const anyConv: fc.Arbitrary<StackLayer[]> = fc
  .record({
    kernel: fc.constantFrom(1, 2, 3, 4, 5),
    stride: fc.constantFrom(1, 1, 2, 3),
    padding: fc.constantFrom('same', 'valid'),
    filters: fc.constantFrom(1, 3, 8, 31, 33, 65),
    weights: fc.constantFrom('binary', 'binary', 'binary', 'int8'),
    structure: fc.constantFrom('diagonal', 'full', 'rank1', 'sliding'),
  })
  .map(({ structure, ...conv }) => [
    { kind: 'conv', ...conv },
    { kind: 'mfp', structure, ...(structure === 'sliding' ? { taps: 2 } : {}) },
  ]);
const anyPool: fc.Arbitrary<StackLayer[]> = fc
  .record({ kind: fc.constantFrom('averagePool', 'maxPool'), size: fc.constantFrom(1, 2, 2, 3) })
  .map((pool) => [pool]);

/** Stacks of what random networks lack: every kernel, stride and pool in any order, 8-bit weights anywhere. */
export function anyStack(): fc.Arbitrary<NetworkDescription> {
  const input = fc.record({
    steps: fc.integer({ min: 1, max: 5 }),
    height: fc.integer({ min: 1, max: 13 }),
    width: fc.integer({ min: 1, max: 13 }),
    channels: fc.constantFrom(2, 2, 3, 1, 4),
    maxCount: fc.constantFrom(1, 3, 15),
  });
  const blocks = fc.array(fc.oneof({ weight: 2, arbitrary: anyConv }, anyPool), {
    minLength: 1,
    maxLength: 5,
  });
  return fc.tuple(input, blocks, fc.boolean()).map(([size, drawn, global]) => {
    let layers: StackLayer[] = [];
    for (const block of global ? [...drawn, [{ kind: 'globalAveragePool' }]] : drawn) {
      const longer = [...layers, ...block];
      if (fits(longer, size)) layers = longer;
    }
    return stackOf(layers, size);
  });
}

function fits(layers: readonly StackLayer[], input: StackInput): boolean {
  try {
    stackOf(layers, input);
    return true;
  } catch (error) {
    if (error instanceof NetworkError) return false;
    throw error;
  }
}
