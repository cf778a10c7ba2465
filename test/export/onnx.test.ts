import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipOptionsOf, readLabelledClips, openDataset } from '../../datasets/index.ts';
import { recordClip, requireEqual } from '../../src/cli/bench/clip-record.ts';
import { countsTensor, createOnnxSession, recordOnnx } from '../../src/cli/bench/onnxruntime.ts';
import { exportOnnx, ExportError } from '../../src/export/index.ts';
import type { FrameClip } from '../../src/frames/index.ts';
import { createOracleEngine, createWasmEngine, type InferenceMode } from '../../src/inference/index.ts';
import {
  M_STRUCTURES,
  parseNetwork,
  randomModel,
  randomModelOf,
  randomNetwork,
  readModel,
  type Model,
} from '../../src/network/index.ts';
import { randomClip } from '../helpers/clips.ts';
import { anyNetwork } from '../helpers/networks.ts';
import { NEURONS } from '../helpers/neurons.ts';
import { hasOnnxRuntime, loadOnnxRuntime } from '../helpers/onnxruntime.ts';
import { readOnnx } from '../helpers/onnx.ts';

const root = path.resolve(import.meta.dirname, '../..');
const nmnist = readModel(readFileSync(path.join(root, 'models/nmnist.safetensors')));
const modes: InferenceMode[] = ['exact', 'eq9'];

describe('the ONNX file', () => {
  it.each(M_STRUCTURES)('M %s: mixes over time exactly where there is history', (structure) => {
    const model = randomModel({ structure, steps: 3 });
    const products = (mode: InferenceMode): number =>
      readOnnx(exportOnnx(model, { mode })).nodes.filter(
        ({ opType, inputs }) => opType === 'MatMul' && inputs[0]!.endsWith('.mixing'),
      ).length;
    expect(products('exact')).toBe(structure === 'diagonal' ? 0 : 2);
    expect(products('eq9')).toBe(0);
  });

  it('names inputs, outputs and layers, and uses operator set 13 alone', () => {
    const model = randomModel({ steps: 3, height: 6, width: 8, classes: 5 });
    const file = readOnnx(exportOnnx(model));
    expect(file).toMatchObject({ producer: 'saccade', opsets: { '': 13 }, metadata: { mode: 'exact' } });
    expect(file.inputs).toEqual([{ name: 'counts', dims: [3, 2, 6, 8] }]);
    expect(file.outputs).toEqual([
      { name: 'mfp1', dims: [3, 4, 6, 8] },
      { name: 'mfp2', dims: [3, 5, 3, 4] },
      { name: 'logits', dims: [3, 5] },
    ]);
    expect(JSON.parse(file.metadata['network']!)).toEqual(model.network);
    expect(readOnnx(exportOnnx(model, { spikes: false })).outputs.map(({ name }) => name)).toEqual([
      'logits',
    ]);
  });

  it('defines every value before it is used, and once', () => {
    for (let seed = 0; seed < 40; seed++) {
      const model = randomModelOf(randomNetwork({ seed }), seed);
      const { nodes, constants, inputs } = readOnnx(exportOnnx(model));
      const known = new Set([...Object.keys(constants), ...inputs.map(({ name }) => name)]);
      for (const node of nodes) {
        for (const name of node.inputs) expect(known).toContain(name);
        for (const name of node.outputs) {
          expect(known).not.toContain(name);
          known.add(name);
        }
      }
      for (const { dims, bytes } of Object.values(constants)) {
        const elements = dims.reduce((a, b) => a * b, 1);
        expect([4 * elements, 8 * elements]).toContain(bytes.length);
      }
    }
  });

  it('equal models give equal bytes', () => {
    expect(exportOnnx(randomModel({ seed: 4 }))).toEqual(exportOnnx(randomModel({ seed: 4 })));
  });

  it('refuses a layer without an ONNX form by name', () => {
    const model = randomModel();
    const [first] = model.layers;
    const odd = { ...first!, spec: { ...first!.spec, id: 'odd', kind: 'unheardOf' } };
    expect(() => exportOnnx({ ...model, layers: [odd] })).toThrow(ExportError);
    expect(() => exportOnnx({ ...model, layers: [odd] })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_LAYER', place: 'odd' }),
    );
  });
});

async function expectEqual(model: Model, clips: readonly FrameClip[], mode: InferenceMode): Promise<void> {
  const runtime = loadOnnxRuntime();
  const session = await createOnnxSession(runtime, exportOnnx(model, { mode }), 1);
  const engines = [createOracleEngine(model), await createWasmEngine(model)];
  try {
    for (const clip of clips) {
      const found = await recordOnnx(session, countsTensor(runtime, clip), model.neuronLayers);
      expect([...found.spikes.keys()]).toEqual(model.neuronLayers);
      for (const engine of engines)
        requireEqual(`onnxruntime and ${engine.name}`, await recordClip(engine, clip, mode), found);
    }
  } finally {
    for (const engine of engines) engine.dispose();
    await session.release();
  }
}

describe.skipIf(!hasOnnxRuntime)('onnxruntime on the exported model', () => {
  it.each(NEURONS.flatMap(([name, neuron]) => modes.map((mode) => ({ name, neuron, mode }))))(
    '$name, $mode: the spikes and logits of the engines',
    async ({ neuron, mode }) => {
      await fc.assert(
        fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 9 }), async (seed, steps) => {
          const stack = [5, 'AP2', 7, 3] as const;
          const model = randomModel({ neuron, steps, seed, height: 9, width: 6, stack });
          await expectEqual(model, [randomClip(steps, 6, 9, seed)], mode);
        }),
        { numRuns: 15 },
      );
    },
  );

  it.each(modes)('any network, %s: residual blocks, pools, kernels, strides, paddings', async (mode) => {
    await fc.assert(
      fc.asyncProperty(anyNetwork(), fc.integer(), async (network, seed) => {
        const { steps, input } = network;
        const clip = randomClip(steps, input.width, input.height, seed);
        await expectEqual(randomModelOf(network, seed), [clip], mode);
      }),
      { numRuns: 60 },
    );
  });

  it('pools of counts, of every size', async () => {
    const layers = [
      { id: 'conv1', kind: 'conv', filters: 5, kernel: 3, weights: 'int8' },
      { id: 'mfp1', kind: 'mfp', structure: 'full' },
      { id: 'pool1', kind: 'averagePool', size: 1 },
      { id: 'readout', kind: 'linear', units: 2 },
    ];
    for (const size of [1, 2, 3, 4, 5]) {
      const network = parseNetwork({
        name: 'pools',
        steps: 3,
        input: { height: 12, width: 11 },
        classes: ['a', 'b'],
        layers: [{ id: 'pool0', kind: 'averagePool', size }, ...layers],
      });
      for (const mode of modes)
        await expectEqual(randomModelOf(network, size), [randomClip(3, 11, 12, size)], mode);
    }
  });

  it.each(modes)('the N-MNIST model on real recordings, %s', async (mode) => {
    const bundled = path.join(root, 'examples/recordings/nmnist');
    expect(readdirSync(bundled)).toContain('Test');
    const dataset = await openDataset(bundled);
    const options = clipOptionsOf(nmnist, dataset.definition.decoding);
    const { clips } = await readLabelledClips(dataset.samples.slice(0, 10), options);
    await expectEqual(
      nmnist,
      clips.map(({ clip }) => clip),
      mode,
    );
  });
});
