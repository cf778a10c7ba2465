import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createOracleEngine,
  denseOperations,
  energyOf,
  energyTables,
  modelMemory,
  profileClips,
  synapticInput,
  synapticOperations,
} from '../../src/inference/index.ts';
import {
  architectures,
  createModel,
  foldNetwork,
  layerKindOf,
  parseNetwork,
  randomModel,
  randomModelOf,
  randomParameters,
  type MStructure,
  type NeuronOptions,
  type PackedLayer,
} from '../../src/network/index.ts';
import { randomClip } from '../helpers/clips.ts';
import { NEURONS } from '../helpers/neurons.ts';

const { input, training } = randomModel();

/** One layer with every weight +1: the sum of its output is the number of synaptic operations. */
function withOnes(layer: PackedLayer): PackedLayer {
  const { weight } = layer.tensors;
  const data = new Int8Array(weight!.data.length).fill(1);
  return { ...layer, tensors: { ...layer.tensors, weight: { dtype: 'I8', shape: weight!.shape, data } } };
}

describe('synaptic operations', () => {
  it('equal the sum of what a layer of ones puts out, at every border, stride and kernel', () => {
    const any = fc.record({
      kernel: fc.integer({ min: 1, max: 6 }),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.constantFrom('same', 'valid'),
      height: fc.integer({ min: 6, max: 11 }),
      width: fc.integer({ min: 6, max: 11 }),
      filters: fc.integer({ min: 1, max: 4 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(any, ({ kernel, stride, padding, height, width, filters, seed }) => {
        const network = parseNetwork({
          name: 'one',
          steps: 1,
          input: { height, width },
          classes: ['a', 'b'],
          layers: [
            { id: 'conv', kind: 'conv', filters, kernel, stride, padding, weights: 'int8' },
            { id: 'mfp', kind: 'mfp', structure: 'diagonal' },
            { id: 'readout', kind: 'linear', units: 2 },
          ],
        });
        const layers = foldNetwork(network, randomParameters(network, 1));
        for (const layer of [layers[0]!, layers[2]!]) {
          const [h, w, c] = layer.input.shape;
          const values = Int32Array.from(randomClip(1, w * c, h, seed).counts.subarray(0, h * w * c));
          const ones = layerKindOf(layer.spec).createRunner(withOnes(layer), 'exact');
          const sum = (input: Int32Array): number => {
            let total = 0;
            for (const value of ones.step(0, [input])) total += value;
            return total;
          };
          const active = values.map((value) => (value === 0 ? 0 : 1));
          expect(synapticOperations(layer, values)).toEqual({
            inputSpikes: values.reduce((a, b) => a + b, 0),
            activeInputs: active.reduce((a, b) => a + b, 0),
            synapticOperations: sum(values),
            multiplyAccumulates: sum(active),
          });
          const all = sum(new Int32Array(values.length).fill(1));
          if (padding === 'valid' || layer.spec.kind === 'linear') {
            if (stride === 1) expect(denseOperations(layer)).toBe(all);
          } else expect(denseOperations(layer)).toBeGreaterThanOrEqual(all);
        }
      }),
    );
  });

  it('count a spike of a shortcut once, and nothing for a shortcut of currents', () => {
    const residual = resolvedResidual();
    const [identity, convolved] = ['add1', 'add2'].map((id) => residual.find(({ spec }) => spec.id === id)!);
    expect(synapticInput(identity!)?.source).toBe('mfp1');
    const spikes = Uint8Array.from({ length: 8 * 8 * 4 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    expect(synapticOperations(identity!, spikes)).toEqual({
      inputSpikes: 86,
      activeInputs: 86,
      synapticOperations: 86,
      multiplyAccumulates: 86,
    });
    expect(denseOperations(identity!)).toBe(8 * 8 * 4);
    expect(synapticInput(convolved!)).toBeNull();
    expect(denseOperations(convolved!)).toBe(0);
  });

  it('layers without synapses cost nothing', () => {
    const neuron = randomModel().layers[1]!;
    expect(synapticOperations(neuron, new Uint8Array(256).fill(1)).synapticOperations).toBe(0);
    expect(denseOperations(neuron)).toBe(0);
  });
});

/** A residual block with its input as shortcut, and one with a 1x1 convolution and stride 2. */
const residualNetwork = parseNetwork({
  name: 'residual',
  steps: 3,
  input: { height: 8, width: 8 },
  classes: ['a', 'b'],
  layers: [
    { id: 'stem', kind: 'conv', filters: 4, kernel: 3, weights: 'int8' },
    { id: 'mfp1', kind: 'mfp', structure: 'diagonal' },
    { id: 'conv1', kind: 'conv', filters: 4, kernel: 3 },
    { id: 'mfp2', kind: 'mfp', structure: 'diagonal' },
    { id: 'conv2', kind: 'conv', filters: 4, kernel: 3 },
    { id: 'add1', kind: 'residualAdd', shift: 2, inputs: ['conv2', 'mfp1'] },
    { id: 'mfp3', kind: 'mfp', structure: 'diagonal' },
    { id: 'conv3', kind: 'conv', filters: 8, kernel: 3, stride: 2 },
    { id: 'mfp4', kind: 'mfp', structure: 'diagonal' },
    { id: 'conv4', kind: 'conv', filters: 8, kernel: 3 },
    { id: 'down', kind: 'conv', filters: 8, kernel: 1, stride: 2, inputs: ['mfp3'] },
    { id: 'add2', kind: 'residualAdd', shift: 2, inputs: ['conv4', 'down'] },
    { id: 'mfp5', kind: 'mfp', structure: 'diagonal' },
    { id: 'all', kind: 'globalAveragePool' },
    { id: 'readout', kind: 'linear', units: 2 },
  ],
});

function resolvedResidual(): readonly PackedLayer[] {
  return randomModelOf(residualNetwork, 1).layers;
}

describe('memory', () => {
  it('keeps the spikes of a shortcut alive until they are added', () => {
    const { streaming, clip } = modelMemory(randomModelOf(residualNetwork, 1), 'exact');
    // mfp1 (shortcut), mfp2 and mfp3: three maps of 8x8x4 bits; the strided block has one and two of 4x4x8.
    expect(streaming.spikes).toBe(3 * 32);
    expect(clip.spikes).toBe(3 * 3 * 32);
  });

  const vggsnn = architectures.find(({ name }) => name === 'vggsnn')!;

  function model(steps: number, neuron: NeuronOptions): ReturnType<typeof createModel> {
    const classes = Array.from({ length: 10 }, (_, i) => String(i));
    const network = vggsnn.describe({ steps, height: 48, width: 48, classes, neuron, maxCount: 14 });
    const layers = foldNetwork(network, randomParameters(network, 1));
    return createModel(network, layers, input, training);
  }

  // Bytes of VGGSNN, worked out by hand: 1-bit weights with an 8-bit first and last layer, T x C thresholds in
  // int16, T - 1 past currents in int16, an int32 per neuron, spike bits of the two largest neighbours.
  it.each([[10, 55_040, 16_588_800, 552_960]])('VGGSNN, T = %i', (steps, thresholds, history, spikes) => {
    const diagonal = modelMemory(model(steps, { kind: 'mfp', structure: 'diagonal' }), 'exact');
    expect(diagonal.streaming).toMatchObject({ weights: 1_199_232, state: 0, spikes: 55_296 });
    expect(diagonal.streaming.thresholds).toBe(thresholds + 344);
    expect(diagonal.clip).toMatchObject({ state: 0, spikes });
    expect(diagonal.float32Membranes).toBe(3_686_400);
    expect(diagonal.float32Weights).toBe(4 * (9_217_152 + 46_080));
    const full = model(steps, { kind: 'mfp', structure: 'full' });
    expect(modelMemory(full, 'exact').streaming.state).toBe(history);
    expect(modelMemory(full, 'eq9').streaming.state).toBe(0);
  });

  it('LIF keeps a membrane of int32 per neuron, in either mode', () => {
    const lif = randomModel({ neuron: { kind: 'lif' }, steps: 10 });
    for (const mode of ['exact', 'eq9'] as const) {
      const { streaming, clip, float32Membranes } = modelMemory(lif, mode);
      expect(streaming.state).toBe(float32Membranes);
      expect(clip.state).toBe(0);
      // Scale in int16, bias and threshold in at most int32, for 4 and 5 channels, whatever T is.
      expect(streaming.thresholds).toBeLessThanOrEqual(10 * (4 + 5));
    }
  });

  it('rank 1 keeps an int32 per neuron, two taps a past current of int16', () => {
    const state = (structure: MStructure): number =>
      modelMemory(randomModel({ structure, stack: [4], maxCount: 14 }), 'exact').streaming.state;
    expect(state('rank1')).toBe(4 * 8 * 8 * 4);
    expect(state('sliding')).toBe(2 * 8 * 8 * 4);
  });
});

describe('energy', () => {
  it('gives the published figure of VGGSNN at 10 % firing', () => {
    const counts = {
      denseFirstLayer: 26_542_080,
      exactFirstLayer: 0,
      rateTimesDense: 1_359_041_280,
      synapticOperations: 0,
      mixing: 0,
    };
    expect(energyOf(counts, energyTables[0]!).conventionalMicrojoules).toBeCloseTo(1345, 0);
  });

  it('pays for M', () => {
    const nothing = { denseFirstLayer: 0, exactFirstLayer: 0, rateTimesDense: 0, synapticOperations: 0 };
    for (const table of energyTables) {
      const { exactMicrojoules } = energyOf({ ...nothing, mixing: 1e6 }, table);
      expect(exactMicrojoules).toBeCloseTo(table.macPicojoules);
    }
  });
});

describe.each(NEURONS)('a profile with %s', (name, neuron) => {
  const model = randomModel({ neuron, steps: 3, stack: [4, 'AP2', 5] });
  const engine = createOracleEngine(model);
  const clips = [randomClip(3, 8, 8, 1), randomClip(3, 8, 8, 2)];

  it('counts the spikes that the engine reports, clip by clip', async () => {
    const { layers } = await profileClips(engine, clips, { repeats: 1 });
    const results = await Promise.all(clips.map((clip) => engine.runClip(clip)));
    model.neuronLayers.forEach((id, i) => {
      const expected = [0, 1, 2].map(
        (t) => results.reduce((sum, { steps }) => sum + steps[t]!.spikes[i]!, 0) / clips.length,
      );
      expect(layers.find(({ layer }) => layer === id)?.spikes).toEqual(expected);
    });
    const firstStep = clips.flatMap(({ counts }) => [...counts.subarray(0, 2 * 8 * 8)]);
    const events = firstStep.reduce((sum, count) => sum + Math.min(count, model.network.input.maxCount), 0);
    expect(layers[0]!.inputSpikes[0]).toBe(events / clips.length);
  });

  it('charges M where there is history and only in exact mode, a leak always', async () => {
    const neurons = 8 * 8 * 4 + 4 * 4 * 5;
    const { counts } = await profileClips(engine, clips, { repeats: 1 });
    const sliding = name.includes('over 4') ? 6 : 5;
    const perNeuron =
      neuron.kind === 'lif'
        ? neuron.decay === 0
          ? 0
          : 3
        : { full: 6, sliding, rank1: 3, diagonal: 0 }[neuron.structure];
    expect(counts.mixing).toBe(perNeuron * neurons);
    const eq9 = await profileClips(engine, clips, { repeats: 1, mode: 'eq9' });
    expect(eq9.counts.mixing).toBe(neuron.kind === 'lif' ? counts.mixing : 0);
  });

  it('refuses to profile nothing', async () => {
    await expect(profileClips(engine, [])).rejects.toMatchObject({ code: 'NO_CLIPS' });
  });
});

describe('a profile of a residual network', () => {
  it("has the shortcut's operations among the rest", async () => {
    const { layers, counts } = await profileClips(
      createOracleEngine(randomModelOf(residualNetwork, 1)),
      [randomClip(3, 8, 8, 1)],
      { repeats: 1 },
    );
    const of = (id: string): (typeof layers)[number] => layers.find(({ layer }) => layer === id)!;
    expect(of('add1').synapticOperations).toEqual(of('mfp1').spikes);
    expect(of('add1').weightBytesRead).toBe(0);
    expect(of('add2').synapticOperations).toEqual([]);
    expect(of('down').inputSpikes).toEqual(of('mfp3').spikes);
    const sum = layers
      .slice(1)
      .flatMap(({ synapticOperations }) => synapticOperations)
      .reduce((a, b) => a + b, 0);
    expect(counts.synapticOperations).toBe(sum);
  });
});
