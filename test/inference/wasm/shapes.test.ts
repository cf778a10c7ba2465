import { describe, it } from 'vitest';
import { randomModelOf } from '../../../src/network/index.ts';
import { clipFor } from '../../helpers/clips.ts';
import { expectWasmIsOracle } from '../../helpers/engine-equality.ts';
import { stackOf, type StackInput, type StackLayer } from '../../helpers/networks.ts';

const first = (filters: number): StackLayer => ({ kind: 'conv', filters, kernel: 3, weights: 'int8' });
const mfp = (structure: string): StackLayer => ({ kind: 'mfp', structure });
const average = (size: number): StackLayer => ({ kind: 'averagePool', size });
const maximum = (size: number): StackLayer => ({ kind: 'maxPool', size });
const conv = (filters: number, fields: Readonly<Record<string, unknown>> = {}): StackLayer => ({
  kind: 'conv',
  filters,
  kernel: 3,
  ...fields,
});

async function expectEqual(
  layers: readonly StackLayer[],
  input: StackInput = {},
  densities = [0.3],
): Promise<void> {
  const network = stackOf(layers, input);
  const clips = densities.map((density, i) => clipFor(network, density, i));
  await expectWasmIsOracle(randomModelOf(network, layers.length), clips);
}

/** Every kind of neuron has arithmetic of its own for the last word of channels. */
const neurons = ['diagonal', 'full', 'rank1'].map(mfp).concat({ kind: 'lif' });

describe('channels around the borders of words', () => {
  it.each([1, 31, 32, 33, 63, 64, 65, 96, 97, 127, 128, 129, 193, 257, 385])(
    '%d',
    { timeout: 60_000 },
    async (channels) => {
      for (const neuron of neurons) {
        const layers = [
          first(channels),
          neuron,
          average(2),
          conv(channels),
          neuron,
          conv(2, { kernel: 1 }),
          neuron,
        ];
        await expectEqual(layers, { steps: 2, height: 4, width: 5 });
      }
    },
  );
});

describe('maps', () => {
  const sizes = [
    [1, 1],
    [1, 2],
    [2, 1],
    [1, 9],
    [9, 1],
    [2, 2],
    [3, 17],
  ] as const;
  it.each(sizes)('%d x %d', { timeout: 60_000 }, async (height, width) => {
    for (const neuron of neurons) {
      const deep = [
        first(5),
        neuron,
        conv(33),
        neuron,
        conv(7, { kernel: 5, stride: 2 }),
        neuron,
        conv(3),
        neuron,
      ];
      await expectEqual(deep, { height, width }, [0.5, 0.1]);
    }
  });
});

describe('kernels, strides and paddings', () => {
  const grid = [1, 2, 3, 4, 5].flatMap((kernel) => [1, 2, 3].map((stride) => [kernel, stride] as const));
  it.each(grid)('kernel %d, stride %d', { timeout: 60_000 }, async (kernel, stride) => {
    for (const padding of ['same', 'valid']) {
      for (const [height, width] of [
        [7, 8],
        [6, 5],
      ] as const) {
        const shape = { kernel, stride, padding };
        // 1-bit and 8-bit weights over counts, spikes and pooled spikes.
        await expectEqual([conv(5, { ...shape, weights: 'int8' }), mfp('full')], { height, width });
        await expectEqual([conv(5, shape), mfp('rank1')], { height, width });
        await expectEqual([first(6), mfp('diagonal'), conv(9, shape), mfp('diagonal')], { height, width });
        await expectEqual([first(6), mfp('diagonal'), conv(9, { ...shape, weights: 'int8' }), mfp('full')], {
          height,
          width,
        });
        const pooled = [first(6), mfp('diagonal'), average(2), conv(9, shape), mfp('full')];
        await expectEqual(pooled, { height: 2 * height + 1, width: 2 * width });
      }
    }
  });
});

describe('pools', () => {
  const pools: readonly (readonly [string, readonly StackLayer[]])[] = [
    ['average of 1', [average(1)]],
    ['average of 2', [average(2)]],
    ['average of 3', [average(3)]],
    ['average of 5', [average(5)]],
    ['nested averages', [average(2), average(2)]],
    ['nested averages of different sizes', [average(3), average(1), average(2)]],
    ['maximum of 1', [maximum(1)]],
    ['maximum of 2', [maximum(2)]],
    ['maximum of 3', [maximum(3)]],
    ['nested maxima', [maximum(2), maximum(2)]],
    ['average of maxima', [maximum(2), average(2)]],
    ['global average', [{ kind: 'globalAveragePool' }]],
    ['global average of averages', [average(2), { kind: 'globalAveragePool' }]],
    ['global average of maxima', [maximum(2), { kind: 'globalAveragePool' }]],
  ];
  it.each(pools)(
    '%s, before 1-bit and 8-bit weights and the read-out',
    { timeout: 60_000 },
    async (_name, pool) => {
      for (const channels of [3, 70, 130]) {
        const head = [first(channels), mfp('diagonal'), ...pool];
        const size = { height: 13, width: 12, steps: 2 };
        await expectEqual([...head, conv(5), mfp('full')], size);
        await expectEqual([...head, conv(5, { weights: 'int8', kernel: 1 }), mfp('rank1')], size);
        await expectEqual(head, size);
      }
    },
  );

  it.each([1, 2, 3, 4])('averages of %d over event counts', async (size) => {
    const input = { height: 9, width: 11, maxCount: 7 };
    await expectEqual([average(size), first(9), mfp('full')], input);
    await expectEqual([average(size), conv(9), mfp('full')], input);
    await expectEqual([average(size), average(2), conv(9, { kernel: 1 }), mfp('diagonal')], input);
    await expectEqual([average(size)], input);
  });

  it('one map pooled for several readers', async () => {
    const [a, b] = ['a', 'b'].map((id) => ({ ...conv(4, { inputs: ['pool'] }), id }));
    const layers = [
      first(6),
      mfp('diagonal'),
      { ...average(2), id: 'pool' },
      a!,
      { ...b!, kernel: 1, weights: 'int8' },
      { kind: 'residualAdd', inputs: ['a', 'b'], shift: 2 },
      mfp('full'),
    ];
    await expectEqual(layers, { height: 6, width: 6 });
  });
});

it('a read-out of nothing but counts, of one class, of many', async () => {
  await expectEqual([]);
  for (const classes of [1, 4, 5, 12, 13, 101])
    await expectEqual([first(33), mfp('diagonal'), average(2)], { classes, height: 4, width: 4 });
});
