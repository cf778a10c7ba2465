import fc from 'fast-check';
import { from, lastValueFrom, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { collectSamples } from '../../operators/index.ts';
import { SeededRandom } from '../../src/events/index.ts';
import type { LabelledClip } from '../../src/frames/index.ts';
import { createOracleEngine, tapEveryLayer } from '../../src/inference/index.ts';
import {
  architectures,
  createModel,
  foldNetwork,
  inputLength,
  randomModel,
  randomModelOf,
  readModel,
  writeModel,
  type Model,
  type NetworkDescription,
  type NeuronOptions,
} from '../../src/network/index.ts';
import {
  createTensorOps,
  edeSlope,
  evaluateTensors,
  inputTensor,
  selectBackend,
  tf,
  TrainableNetwork,
  trainNetwork,
} from '../../src/training/index.ts';
import { anyNetwork } from '../helpers/networks.ts';
import { NEURONS } from '../helpers/neurons.ts';

beforeAll(async () => {
  await selectBackend({ prefer: 'wasm' });
});

/** Large counts, so that sums come near what float32 can hold. */
function samples(count: number, { steps, input, classes }: NetworkDescription): LabelledClip[] {
  const { height, width } = input;
  const random = new SeededRandom(11);
  return Array.from({ length: count }, (_, i) => {
    const length = steps * inputLength(input);
    const counts = Uint8Array.from({ length }, () => Math.max(0, random.integer(40) - 20));
    const clip = { steps, geometry: { width, height }, counts, events: 0, saturated: 0, outside: 0 };
    return { clip, label: i % classes.length };
  });
}

/** Compares all values of all layers. @returns the number of spikes. */
async function expectEqual(model: Model): Promise<number> {
  const { steps } = model.network;
  const clips = samples(4, model.network);
  const batch = await lastValueFrom(from(clips).pipe(collectSamples({ batchSize: clips.length }), toArray()));
  const input = inputTensor(batch[0]!, model.network);
  const floats = new Map<string, Float32Array>();
  const ops = createTensorOps({ steps, ede: edeSlope(0, 1) });
  tf.tidy(() => {
    evaluateTensors(ops, model.layers, input, (layer, output) => {
      floats.set(layer.spec.id, output.dataSync() as Float32Array);
    });
  });
  input.dispose();
  const engine = createOracleEngine(model);
  let spikes = 0;
  for (const [sample, { clip }] of clips.entries()) {
    const { steps: results } = await engine.runClip(clip, {
      taps: tapEveryLayer(model, ({ layer, step, values }) => {
        const start = (step * clips.length + sample) * values.length;
        const expected = floats.get(layer)!.subarray(start, start + values.length);
        expect({ layer, step, values: Array.from(values) }).toEqual({
          layer,
          step,
          values: Array.from(expected),
        });
      }),
    });
    spikes += results.flatMap((result) => result.spikes).reduce((sum, count) => sum + count, 0);
  }
  return spikes;
}

describe('every value of the integer engine equals the float32 evaluation pass', () => {
  it.each(NEURONS.flatMap(([name, neuron]) => [1, 2, 3].map((seed) => ({ name, neuron, seed }))))(
    'in a plain network with many channels, $name (seed $seed)',
    async ({ neuron, seed }) => {
      const stack = [8, 'AP2', 16, 'MP2', 12] as const;
      const model = randomModel({ neuron, steps: 5, seed, width: 9, height: 9, stack });
      expect(await expectEqual(model)).toBeGreaterThan(0);
    },
  );

  it('in any network', async () => {
    await fc.assert(
      fc.asyncProperty(anyNetwork(), fc.nat(), async (network, seed) => {
        await expectEqual(randomModelOf(network, seed));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it.each([
    ['vgg16', { kind: 'mfp', structure: 'full', decay: 0.5 }],
    ['resnet19', { kind: 'mfp', structure: 'full', decay: 0.5 }],
    ['resnet19', { kind: 'lif' }],
  ] as [string, NeuronOptions][])(
    'in %s, %o, after a training step that moved every weight',
    async (name, neuron) => {
      const classes = ['a', 'b', 'c'];
      const size = { steps: 3, height: 32, width: 32, classes };
      const network = architectures
        .find((architecture) => architecture.name === name)!
        .describe({ ...size, neuron, widthFactor: 1 / 16 });
      const plan = {
        network,
        epochs: 1,
        batchSize: 4,
        learningRate: 1e-2,
        seed: 1,
        tetLambda: 1e-3,
        maxShift: 1,
        data: 'test',
      };
      const { parameters, history } = await trainNetwork(plan, samples(4, network));
      expect(history[0]!.loss).toBeGreaterThan(0);
      const untrained = new TrainableNetwork(network, plan.seed);
      const before = await untrained.snapshot();
      untrained.dispose();
      for (const [id, own] of Object.entries(parameters)) {
        if (own['weight'] !== undefined)
          expect({ id, weight: own['weight'] }).not.toEqual({ id, weight: before[id]!['weight'] });
      }
      const { input, training } = randomModelOf(network, 1);
      const model = createModel(network, foldNetwork(network, parameters), input, training);
      expect(readModel(writeModel(model))).toEqual(model);
      expect(await expectEqual(model)).toBeGreaterThan(0);
    },
    60_000,
  );
});
