/** Average pooling, kept in integers: windows are summed and 1/size² goes into the next scale. */
import { z } from 'zod';
import { NetworkError } from '../errors.ts';
import { statelessRunner, type LayerKind, type PackedLayer, type StepValues } from './layer-kind.ts';

/** Windows of `size` x `size` with stride `size`; a ragged border is left out. */
export interface AveragePoolSpec {
  readonly id: string;
  readonly kind: 'averagePool';
  readonly inputs?: readonly string[] | undefined;
  readonly size: number;
}

const schema: z.ZodType<AveragePoolSpec> = z.strictObject({
  id: z.string(),
  kind: z.literal('averagePool'),
  inputs: z.array(z.string()).optional(),
  size: z.int().min(1).max(64).default(2),
});

function sumWindows(layer: PackedLayer<AveragePoolSpec>): (input: StepValues) => StepValues {
  const { size } = layer.spec;
  const width = layer.input.shape[1];
  const [outHeight, outWidth, channels] = layer.output.shape;
  return (input) => {
    const sums = new Int32Array(outHeight * outWidth * channels);
    for (let y = 0; y < outHeight * size; y++) {
      for (let x = 0; x < outWidth * size; x++) {
        const from = (y * width + x) * channels;
        const to = (Math.floor(y / size) * outWidth + Math.floor(x / size)) * channels;
        for (let c = 0; c < channels; c++) sums[to + c]! += input[from + c]!;
      }
    }
    return sums;
  };
}

/** See {@link AveragePoolSpec}. */
export const averagePoolLayer: LayerKind<AveragePoolSpec> = {
  kind: 'averagePool',
  spiking: false,
  schema,
  infer(spec, input) {
    if (input.content === 'currents' || input.content === 'logits') {
      throw new NetworkError(
        'BAD_GRAPH',
        spec.id,
        `Average pooling needs spikes or counts, not ${input.content}.`,
      );
    }
    const [height, width, channels] = input.shape;
    const shape = [Math.floor(height / spec.size), Math.floor(width / spec.size), channels] as const;
    if (shape[0] < 1 || shape[1] < 1) {
      throw new NetworkError(
        'BAD_SHAPE',
        spec.id,
        `Windows of ${spec.size} do not fit into ${height}x${width}.`,
      );
    }
    return { content: 'sums', shape, bound: input.bound * spec.size ** 2, unit: input.unit / spec.size ** 2 };
  },
  parameters: () => [],
  train(ops, { spec }, _parameters, input) {
    const share = ops.constant(Float32Array.of(1 / spec.size ** 2), [1]);
    return { value: ops.sumPool(input.value, spec.size), scale: ops.mul(input.scale, share) };
  },
  fold: (node, _parameters, input) => ({
    tensors: {},
    scale: input.scale.map((scale) => scale / node.spec.size ** 2),
    bounds: input.bounds.map((bound) => bound * node.spec.size ** 2),
  }),
  evaluate: (ops, layer, input) => ops.sumPool(input, layer.spec.size),
  tensorSpecs: () => ({}),
  createRunner: (layer) => statelessRunner(sumWindows(layer)),
};
