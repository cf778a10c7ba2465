import { describe, expect, it } from 'vitest';
import { calibrateThresholds } from '../../../src/inference/index.ts';
import { NEURON } from '../../../src/inference/wasm/blocks.ts';
import { EngineMemory } from '../../../src/inference/wasm/memory.ts';
import { PackedModel } from '../../../src/inference/wasm/packed-model.ts';
import { ListLayout } from '../../../src/inference/wasm/scratch.ts';
import { randomModelOf, type Model, type PackedLayer } from '../../../src/network/index.ts';
import { clipFor, clipOf } from '../../helpers/clips.ts';
import { expectWasmIsOracle } from '../../helpers/engine-equality.ts';
import { stackOf, type StackInput, type StackLayer } from '../../helpers/networks.ts';

const average = (size: number): StackLayer => ({ kind: 'averagePool', size });
const mfp = (structure: string): StackLayer => ({ kind: 'mfp', structure });

/** The kernels' neurons of a model's stages, which follow from its numbers. */
function neuronsOf(model: Model): number[] {
  const packed = new PackedModel(model, new EngineMemory({ maxMemoryBytes: 2 ** 26, shared: false }));
  return packed.plan.nodes.flatMap((node) =>
    node.op === 'stage' ? [packed.neuron(node, 'exact').neuron] : [],
  );
}

describe('currents beyond 16 bits', () => {
  const cases: readonly (readonly [string, StackLayer, number])[] = [
    ['M full', mfp('full'), NEURON.mixWide],
    ['M sliding', { ...mfp('sliding'), taps: 2 }, NEURON.mixWide],
    ['M rank1', mfp('rank1'), NEURON.rank1Wide],
    ['M diagonal', mfp('diagonal'), NEURON.table],
    ['LIF', { kind: 'lif', decay: 0.25 }, NEURON.lif],
  ];
  const sizes = [33, 70, 129];

  it.each(cases)(
    '%s over counts up to 300, 8-bit weights',
    { timeout: 60_000 },
    async (_name, neuron, wanted) => {
      for (const filters of sizes) {
        const layers = [{ kind: 'conv', filters, kernel: 3, weights: 'int8' }, neuron];
        const network = stackOf(layers, { steps: 3, height: 5, width: 6, maxCount: 300 });
        const model = randomModelOf(network, filters);
        expect(neuronsOf(model)).toEqual([wanted]);
        const clips = [clipFor(network, 0.6, 1), clipOf(3, 6, 5, () => 300)];
        await expectWasmIsOracle(model, clips);
      }
    },
  );

  it.each(cases)('%s over the bits of counts up to 3000', { timeout: 60_000 }, async (_name, neuron) => {
    for (const filters of sizes) {
      const layers = [{ kind: 'conv', filters, kernel: 13, padding: 'valid' }, neuron];
      const network = stackOf(layers, { steps: 3, height: 14, width: 13, maxCount: 3000 });
      const clips = [clipFor(network, 0.6, 1), clipOf(3, 13, 14, () => 3000)];
      await expectWasmIsOracle(randomModelOf(network, filters), clips);
    }
  });

  it.each(cases)('%s behind a shortcut worth 4096', { timeout: 60_000 }, async (_name, neuron) => {
    const conv = { kind: 'conv', kernel: 1, filters: 40 };
    const layers = [
      { ...conv, id: 'c0', weights: 'int8' },
      { ...mfp('diagonal'), id: 's0' },
      { ...conv, id: 'c1' },
      { ...conv, id: 'c2', inputs: ['s0'] },
      { kind: 'residualAdd', id: 'r1', inputs: ['c1', 'c2'], shift: 12 },
      { kind: 'residualAdd', id: 'r2', inputs: ['r1', 's0'], shift: 12 },
      neuron,
    ];
    const network = stackOf(layers, { steps: 3, height: 3, width: 4, maxCount: 5 });
    await expectWasmIsOracle(randomModelOf(network, 3), [clipFor(network, 0.5, 1)]);
  });

  it('event counts as large as they get', async () => {
    const conv = { kind: 'conv', filters: 6, kernel: 1 };
    for (const [weights, maxCount] of [
      ['int8', 13_000],
      ['binary', 65_535],
    ] as const) {
      const network = stackOf([{ ...conv, weights }, mfp('diagonal')], {
        steps: 1,
        height: 3,
        width: 3,
        maxCount,
      });
      const clips = [clipOf(1, 3, 3, () => 65_535), clipFor(network, 0.5, 1)];
      await expectWasmIsOracle(randomModelOf(network, 1), clips);
    }
  });
});

describe('long lists', () => {
  it.each([1, 0.5, 0.04])(
    'kernels of 15 over 33 channels that fire at %d: up to 7425 rows',
    { timeout: 60_000 },
    async (rate) => {
      for (const structure of ['diagonal', 'full', 'rank1']) {
        const layers = [
          { kind: 'conv', filters: 33, kernel: 1, weights: 'int8' },
          mfp('diagonal'),
          { kind: 'conv', filters: 130, kernel: 15, padding: 'valid' },
          mfp(structure),
        ];
        const network = stackOf(layers, { steps: 2, height: 15, width: 15 });
        const clip = clipFor(network, 0.5, 2);
        await expectWasmIsOracle(calibrateThresholds(randomModelOf(network, 2), clip, rate), [clip]);
      }
    },
  );
});

describe('counts whose doubles are beyond 16 bits', () => {
  it.each(['diagonal', 'full', 'rank1'])('M %s', { timeout: 60_000 }, async (structure) => {
    const layers = [
      { kind: 'conv', filters: 33, kernel: 1, weights: 'int8' },
      mfp('diagonal'),
      average(2),
      { kind: 'conv', filters: 130, kernel: 15, padding: 'valid' },
      mfp(structure),
    ];
    const network = stackOf(layers, { steps: 3, height: 30, width: 30 });
    const clip = clipFor(network, 0.5, 2);
    const random = calibrateThresholds(randomModelOf(network, 2), clip, 1);
    const last = random.layers.findLast(({ spec }) => spec.kind === 'conv')!;
    // Every neuron fires, and all weights are +1: 29,700 spikes reach a current and raise it.
    const weight = {
      ...last.tensors['weight'],
      data: new Uint8Array(last.tensors['weight']!.data.length).fill(255),
    };
    const positive = { ...last, tensors: { ...last.tensors, weight } } as PackedLayer;
    const model = { ...random, layers: random.layers.map((layer) => (layer === last ? positive : layer)) };
    for (const rate of [1, 0.5, 0]) {
      const calibrated = calibrateThresholds(model, clip, rate);
      const first = random.layers.map((layer, i) => (i < 3 ? layer : calibrated.layers[i]!));
      await expectWasmIsOracle({ ...calibrated, layers: first }, [clip]);
    }
  });
});

describe('stages whose lists do not fit at once', () => {
  const head = [{ kind: 'conv', filters: 128, kernel: 1, weights: 'int8' }, mfp('diagonal')];
  const tail = (kernel: number, stride: number): StackLayer[] => [
    { kind: 'conv', filters: 6, kernel, stride },
    mfp('full'),
  ];
  const firstLayer = (kernel: number, stride: number): StackLayer[] => [
    { kind: 'conv', filters: 6, kernel, stride, weights: 'int8' },
    mfp('full'),
  ];
  const cases: readonly (readonly [string, readonly StackLayer[], StackInput])[] = [
    ['spikes', [...head, ...tail(3, 1)], { steps: 24, height: 26, width: 24 }],
    ['spikes, stride 2', [...head, ...tail(5, 2)], { steps: 24, height: 27, width: 26 }],
    ['pooled spikes', [...head, average(2), ...tail(3, 1)], { steps: 20, height: 32, width: 32 }],
    ['sums', [...head, average(3), ...tail(3, 1)], { steps: 24, height: 30, width: 36 }],
    ['event counts', firstLayer(3, 1), { steps: 24, height: 160, width: 150 }],
    ['event counts, stride 2', firstLayer(5, 2), { steps: 24, height: 163, width: 150 }],
  ];
  it.each(cases)('%s', { timeout: 60_000 }, async (_name, layers, input) => {
    const network = stackOf(layers, input);
    const model = randomModelOf(network, 1);
    const packed = new PackedModel(model, new EngineMemory({ maxMemoryBytes: 2 ** 26, shared: false }));
    const stage = packed.plan.nodes.findLast((node) => node.op === 'stage')!;
    const [rows] = stage.layer.output.shape;
    expect(new ListLayout(stage.currents, rows, network.steps).bandRows).toBeLessThanOrEqual(rows / 2);
    const clip = clipFor(network, 0.1, 1);
    await expectWasmIsOracle(calibrateThresholds(model, clip, 0.1), [clip], ['exact']);
  });
});
