import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import { layerKindOf, type LayerSpec, type SignalInfo } from '../../../src/network/index.ts';

/** Runs one layer without parameters on one step. */
function run(spec: LayerSpec, input: SignalInfo, values: Int32Array): { shape: number[]; values: number[] } {
  const context = { steps: 1, thresholdVoltage: 1 };
  const kind = layerKindOf(spec);
  const output = kind.infer(spec, [input], context);
  const layer = { spec, sources: ['input'], inputs: [input], input, output, context, tensors: {} } as const;
  return {
    shape: [...output.shape],
    values: Array.from(kind.createRunner(layer, 'exact').step(0, [values])),
  };
}

/** The values of every window and channel, by definition. */
function windows(
  values: Int32Array,
  [height, width, channels]: readonly number[],
  size: [number, number],
): number[][] {
  const [rows, columns] = [Math.floor(height! / size[0]), Math.floor(width! / size[1])];
  return Array.from({ length: rows * columns * channels! }, (_, i) => {
    const c = i % channels!;
    const x = Math.floor(i / channels!) % columns;
    const y = Math.floor(i / channels! / columns);
    return Array.from({ length: size[0] * size[1] }, (_, k) => {
      const at = (y * size[0] + Math.floor(k / size[1])) * width! + x * size[1] + (k % size[1]);
      return values[at * channels! + c]!;
    });
  });
}

const maps = fc.record({
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 9 }),
  channels: fc.integer({ min: 1, max: 4 }),
  size: fc.integer({ min: 1, max: 4 }),
  seed: fc.integer(),
});

describe.each(['averagePool', 'globalAveragePool', 'maxPool'])('%s', (kind) => {
  it('equals its definition for any map and window', () => {
    fc.assert(
      fc.property(maps, ({ height, width, channels, size, seed }) => {
        fc.pre(kind === 'globalAveragePool' || size <= Math.min(height, width));
        const window: [number, number] = kind === 'globalAveragePool' ? [height, width] : [size, size];
        const random = new SeededRandom(seed);
        const shape = [height, width, channels] as const;
        const top = kind === 'maxPool' ? 2 : 9;
        const values = Int32Array.from({ length: height * width * channels }, () => random.integer(top));
        const content = kind === 'maxPool' ? 'spikes' : 'counts';
        const result = run(
          { id: 'p', kind, size } as LayerSpec,
          { content, shape, bound: 9, unit: 1 },
          values,
        );
        const join = (values: number[]): number =>
          kind === 'maxPool' ? Math.max(...values) : values.reduce((a, b) => a + b, 0);
        expect(result.values).toEqual(windows(values, shape, window).map(join));
        expect(result.shape).toEqual([
          Math.floor(height / window[0]),
          Math.floor(width / window[1]),
          channels,
        ]);
      }),
    );
  });

  it('refuses currents', () => {
    const input = { content: 'currents', shape: [4, 4, 1], bound: 9, unit: 1 } as const;
    expect(() => run({ id: 'p', kind, size: 2 } as LayerSpec, input, new Int32Array(16))).toThrow(
      expect.objectContaining({ code: 'BAD_GRAPH', field: 'p' }),
    );
  });
});

it.each(['averagePool', 'maxPool'])('%s refuses windows larger than the map', (kind) => {
  const input = { content: 'spikes', shape: [2, 5, 1], bound: 1, unit: 1 } as const;
  expect(() => run({ id: 'p', kind, size: 3 } as LayerSpec, input, new Int32Array(10))).toThrow(
    expect.objectContaining({ code: 'BAD_SHAPE', field: 'p' }),
  );
});
