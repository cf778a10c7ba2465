import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import {
  createModel,
  describePlain,
  describeResidual,
  foldNetwork,
  randomModelOf,
  randomParameters,
  type NetworkDescription,
  type NetworkParameters,
} from '../../../src/network/index.ts';
import { createOracleEngine, tapEveryLayer } from '../../../src/inference/index.ts';
import type { SampleBatch } from '../../../operators/index.ts';
import { engineObstacle, selectBackend, TrainingEngine } from '../../../src/training/index.ts';
import { anyNetwork, anyStack, stackOf } from '../../helpers/networks.ts';
import { NEURONS } from '../../helpers/neurons.ts';
import { plainTraining, type PlainOptions } from '../../helpers/plain-training.ts';
import { EDE, expectClose, expectTensors, LAMBDA } from '../../helpers/tensor-gradients.ts';
import { hasGradients, mixedBatch, plainInput, randomBatch } from '../../helpers/training-batches.ts';

const NO_MOMENTS = { iterations: 0, betaPowers: [0.9, 0.999] as const, moments: [] };

/** Networks that the engine trains, small enough for plain loops: stacks, and graphs with residual blocks. */
function anyMixing(): fc.Arbitrary<NetworkDescription> {
  const drawn = fc.oneof(anyStack(), anyNetwork());
  return drawn.filter((network) => engineObstacle(network) === null);
}

/** The same with neurons of any kind. */
function anyTrainable(): fc.Arbitrary<NetworkDescription> {
  return fc
    .tuple(anyMixing(), fc.boolean(), fc.constantFrom(0, 0.5, 15 / 16))
    .map(([network, resets, decay]) => ({
      ...network,
      layers: network.layers.map((layer) =>
        resets && layer.kind === 'mfp' ? { id: layer.id, kind: 'lif', decay } : layer,
      ),
    }));
}

/** All gradients of the engine, and the loss. */
async function engineGradients(
  network: NetworkDescription,
  parameters: NetworkParameters,
  batch: SampleBatch,
  {
    room = batch.size,
    classWeights,
  }: { readonly room?: number; readonly classWeights?: readonly number[] | undefined } = {},
): Promise<{ engine: TrainingEngine; loss: number; gradients: NetworkParameters }> {
  const engine = new TrainingEngine({
    ...{ network, batchSize: room, seed: 1, tetLambda: LAMBDA },
    ...(classWeights && { classWeights }),
  });
  engine.restore(parameters, NO_MOMENTS);
  const { loss } = await engine.gradients(batch, EDE);
  return { engine, loss, gradients: engine.parameterGradients() };
}

/** What plain loops are told of a batch's labels. */
function targetsOf({ labels, shares }: SampleBatch): Pick<PlainOptions, 'labels' | 'shares'> {
  return { labels: Array.from(labels), ...(shares && { shares }) };
}

/** How the loss changes with one number, by finite differences. @param options smooth ones. */
function slopeAt(
  network: NetworkDescription,
  parameters: NetworkParameters,
  [id, name, at]: readonly [id: string, name: string, at: number],
  input: Float64Array[],
  options: PlainOptions,
): number {
  const moved = (by: number): number => {
    const changed = Float32Array.from(parameters[id]![name]!);
    changed[at]! += by;
    const other = { ...parameters, [id]: { ...parameters[id], [name]: changed } };
    return plainTraining(network, other, input, options).loss;
  };
  // The largest weight sets its layer's scale, where a step of float32 shows.
  const step = 2 ** -10;
  return (moved(step) - moved(-step)) / (2 * step);
}

function expectSlope(gradient: number, slope: number, what: string): void {
  expect(Math.abs(slope - gradient), what).toBeLessThan(2e-3 * Math.max(0.05, Math.abs(slope)));
}

/** One entry of each parameter against finite differences of the loss. @param options smooth ones. */
function expectSlopes(
  network: NetworkDescription,
  parameters: NetworkParameters,
  input: Float64Array[],
  options: PlainOptions,
): void {
  const { gradients } = plainTraining(network, parameters, input, options);
  const random = new SeededRandom(5);
  for (const [id, own] of Object.entries(gradients)) {
    for (const name of Object.keys(own).filter((key) => key !== 'm')) {
      const at = random.integer(own[name]!.length);
      const slope = slopeAt(network, parameters, [id, name, at], input, options);
      expectSlope(own[name]![at]!, slope, `${id}.${name}[${at}]`);
    }
  }
}

/** Compares the engine with TensorFlow.js. */
async function expectOracle(
  network: NetworkDescription,
  batch: SampleBatch = randomBatch(network, 3, 8),
  classWeights?: readonly number[],
): Promise<void> {
  const parameters = randomParameters(network, 9);
  const own = await engineGradients(network, parameters, batch, { classWeights });
  expectTensors(network, parameters, batch, own, { classWeights });
}

describe('the plain gradients', () => {
  it.each(NEURONS)('are those of finite differences: %s', (_, neuron) => {
    const network = stackOf(
      [
        { kind: 'averagePool', size: 2 },
        { kind: 'conv', filters: 3, kernel: 3, weights: 'int8' },
        neuron,
        { kind: 'maxPool', size: 2 },
        { kind: 'conv', filters: 4, kernel: 2, stride: 2, weights: 'binary' },
        neuron,
        { kind: 'averagePool', size: 1 },
        { kind: 'conv', filters: 3, kernel: 1, padding: 'valid', weights: 'int8' },
        neuron,
        { kind: 'globalAveragePool' },
      ],
      { steps: 3, height: 9, width: 8, maxCount: 5 },
    );
    const parameters = randomParameters(network, 3);
    const input = plainInput(network, randomBatch(network, 2, 4));
    const options = { labels: [0, 1], ede: EDE, lambda: LAMBDA, smooth: true };
    const { gradients } = plainTraining(network, parameters, input, options);
    const random = new SeededRandom(5);
    let nonzero = 0;
    for (const [id, own] of Object.entries(gradients)) {
      for (const [name, values] of Object.entries(own)) {
        for (let trial = 0; trial < 6; trial++) {
          const at = random.integer(values.length);
          const above = name === 'm' && at % 3 > Math.floor(at / 3);
          const slope = above ? 0 : slopeAt(network, parameters, [id, name, at], input, options);
          if (slope !== 0) nonzero++;
          expectSlope(values[at]!, slope, `${id}.${name}[${at}]`);
        }
      }
    }
    expect(nonzero).toBeGreaterThan(20);
  });
});

/** Blocks with both kinds of shortcut; a map that three nodes read; a sum of sums. */
const RESIDUAL = describeResidual(
  'residual',
  [
    { blocks: 2, planes: 6, stride: 1 },
    { blocks: 2, planes: 9, stride: 2 },
  ],
  {
    steps: 3,
    height: 7,
    width: 6,
    classes: ['a', 'b', 'c'],
    neuron: { kind: 'mfp', structure: 'full', decay: 0.5 },
  },
);
const BRANCHES = stackOf(
  [
    { kind: 'conv', id: 'stem', filters: 5, kernel: 3, weights: 'int8' },
    { kind: 'mfp', id: 'spikes', structure: 'full', decay: 0.5 },
    { kind: 'conv', id: 'a', filters: 5, kernel: 3, weights: 'binary', inputs: ['spikes'] },
    { kind: 'conv', id: 'b', filters: 5, kernel: 1, weights: 'binary', inputs: ['spikes'] },
    { kind: 'residualAdd', id: 'inner', shift: 1, inputs: ['a', 'b'] },
    { kind: 'residualAdd', id: 'outer', shift: 2, inputs: ['inner', 'spikes'] },
    { kind: 'lif', id: 'fires', decay: 0.5 },
    { kind: 'maxPool', id: 'pool', size: 2 },
    { kind: 'conv', id: 'c', filters: 5, kernel: 3, weights: 'binary', inputs: ['pool'] },
    { kind: 'residualAdd', id: 'last', shift: 1, inputs: ['c', 'pool'] },
    { kind: 'mfp', id: 'end', structure: 'rank1' },
  ],
  { steps: 3, height: 6, width: 6 },
);

describe('gradients of residual blocks', () => {
  it.each([RESIDUAL, BRANCHES])(
    'are those of plain loops, and these of finite differences: $name',
    async (network) => {
      expect(engineObstacle(network)).toBeNull();
      const parameters = randomParameters(network, 4);
      const batch = randomBatch(network, 2, 3);
      const input = plainInput(network, batch);
      const options = { labels: Array.from(batch.labels), ede: EDE, lambda: LAMBDA };
      const plain = plainTraining(network, parameters, input, options);
      expect(plain.margin).toBeGreaterThan(1e-5);
      const { engine, loss, gradients } = await engineGradients(network, parameters, batch);
      expect(Math.abs(loss - plain.loss)).toBeLessThan(1e-5);
      expectClose(gradients, plain.gradients, 1e-3);
      for (const [id, frames] of Object.entries(plain.spikes))
        expect(Array.from(engine.layerActivity(id).spikes)).toEqual(
          frames.flatMap((frame) => Array.from(frame)),
        );
      expectSlopes(network, parameters, input, { ...options, smooth: true });
    },
  );

  it('are those of TensorFlow.js', async () => {
    await selectBackend({ prefer: 'cpu' });
    await expectOracle(RESIDUAL);
  });
});

describe('gradients where samples are of several classes', () => {
  const network = describePlain('mixed', [6, 'AP2', 9], {
    ...{ steps: 3, height: 6, width: 5, classes: ['a', 'b', 'c', 'd'] },
    neuron: { kind: 'mfp', structure: 'rank1' },
  });
  const classWeights = [0.5, 2, 1, 3];
  const batch = mixedBatch(randomBatch(network, 4, 6), 4, 6);

  it('are those of plain loops, and these of finite differences', async () => {
    const parameters = randomParameters(network, 4);
    const input = plainInput(network, batch);
    const options = { ...targetsOf(batch), classWeights, ede: EDE, lambda: LAMBDA };
    const plain = plainTraining(network, parameters, input, options);
    expect(plain.margin).toBeGreaterThan(1e-5);
    const { loss, gradients } = await engineGradients(network, parameters, batch, { classWeights });
    expect(Math.abs(loss - plain.loss)).toBeLessThan(1e-5);
    expectClose(gradients, plain.gradients, 1e-3);
    expectSlopes(network, parameters, input, { ...options, smooth: true });
  });

  it('are those of TensorFlow.js', async () => {
    await selectBackend({ prefer: 'cpu' });
    await expectOracle(network, batch, classWeights);
    await expectOracle(network, batch);
  });

  it('lie between those of the classes, by their shares', async () => {
    const parameters = randomParameters(network, 4);
    const of = async (label: number, share = 1): Promise<{ loss: number; gradients: NetworkParameters }> => {
      const rest = share === 1 ? [] : [{ label: 3, share: 1 - share }];
      const shares = Array.from({ length: 4 }, () => [{ label, share }, ...rest]);
      return engineGradients(network, parameters, { ...batch, shares });
    };
    const [one, other, mixed] = [await of(1), await of(3), await of(1, 0.25)];
    expect(mixed.loss).toBeCloseTo(0.25 * one.loss + 0.75 * other.loss, 12);
    const between = Object.fromEntries(
      Object.entries(one.gradients).map(([id, own]) => [
        id,
        Object.fromEntries(
          Object.entries(own).map(([name, values]) => [
            name,
            values.map((value, i) => 0.25 * value + 0.75 * other.gradients[id]![name]![i]!),
          ]),
        ),
      ]),
    );
    expectClose(mixed.gradients, between, 1e-4);
  });
});

describe('gradients of the engine', () => {
  it('are the plain ones, in any network', { timeout: 120_000 }, async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        anyTrainable(),
        fc.nat(),
        fc.integer({ min: 1, max: 4 }),
        async (network, seed, size) => {
          fc.pre(hasGradients(network, size));
          const parameters = randomParameters(network, seed);
          const hard = randomBatch(network, size, seed);
          const classes = network.classes.length;
          const batch = seed % 3 === 0 && classes > 1 ? mixedBatch(hard, classes, seed) : hard;
          const options = { ...targetsOf(batch), ede: EDE, lambda: LAMBDA };
          const plain = plainTraining(network, parameters, plainInput(network, batch), options);
          // A potential on its threshold may fall to either side.
          fc.pre(plain.margin > 1e-4);
          const { engine, loss, gradients } = await engineGradients(network, parameters, batch, {
            room: size + (seed & 1),
          });
          expect(Math.abs(loss - plain.loss)).toBeLessThan(1e-5 * Math.max(1, plain.loss));
          for (const [id, frames] of Object.entries(plain.spikes)) {
            const values = frames.flatMap((frame) => Array.from(frame));
            expect({ id, spikes: Array.from(engine.layerActivity(id).spikes) }).toEqual({
              id,
              spikes: values,
            });
          }
          expectClose(gradients, plain.gradients, 1e-3);
          compared++;
        },
      ),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(20);
  });

  it('are the plain ones where channels take more than one round of tables', async () => {
    const neuron = { kind: 'mfp', structure: 'full', decay: 0.5 } as const;
    const size = { steps: 3, height: 4, width: 3, classes: ['a', 'b'], neuron };
    const network = describePlain('wide', [136, 264, 'AP2', 12], size);
    const parameters = randomParameters(network, 1);
    const batch = randomBatch(network, 3, 1);
    const options = { labels: [0, 1, 0], ede: EDE, lambda: LAMBDA };
    const plain = plainTraining(network, parameters, plainInput(network, batch), options);
    expect(plain.margin).toBeGreaterThan(1e-6);
    expectClose((await engineGradients(network, parameters, batch)).gradients, plain.gradients, 1e-3);
  });

  it.each(NEURONS)('are those of TensorFlow.js: %s', async (_, neuron) => {
    // On wasm the last of equal values of a max pool gets the gradient; the first elsewhere.
    await selectBackend({ prefer: 'cpu' });
    const network = describePlain('oracle', [12, 'MP2', 20, 'AP2', 8], {
      steps: 5,
      height: 11,
      width: 12,
      classes: ['a', 'b', 'c'],
      neuron,
    });
    await expectOracle(network);
  });
});

describe('spikes of the engine', () => {
  beforeAll(() => selectBackend({ prefer: 'wasm' }));

  it('are those of the exported model with the same statistics', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyMixing(), fc.nat(), async (network, seed) => {
        // What drives resetting neurons is rounded when they are folded.
        fc.pre(network.layers.every(({ kind }) => kind !== 'lif'));
        const batch = randomBatch(network, 2, seed);
        const { engine } = await engineGradients(network, randomParameters(network, seed), batch);
        const parameters = Object.fromEntries(
          Object.entries(engine.snapshot()).map(([id, own]) => {
            if (own['mean'] === undefined) return [id, own];
            const { mean, variance } = engine.layerActivity(id);
            return [id, { ...own, mean, variance }];
          }),
        );
        const { input, training } = randomModelOf(network, 1);
        const model = createModel(network, foldNetwork(network, parameters), input, training);
        const oracle = createOracleEngine(model);
        const { steps, geometry, counts, size } = batch;
        const frame = counts.length / steps / size;
        for (let sample = 0; sample < size; sample++) {
          const own = new Uint16Array(steps * frame);
          for (let t = 0; t < steps; t++) {
            const from = (t * size + sample) * frame;
            own.set(counts.subarray(from, from + frame), t * frame);
          }
          const clip = { steps, geometry, counts: own, events: 0, saturated: 0, outside: 0 };
          await oracle.runClip(clip, {
            taps: tapEveryLayer(model, ({ layer, step, values }) => {
              if (!model.neuronLayers.includes(layer)) return;
              const start = (sample * steps + step) * values.length;
              const spikes = engine.layerActivity(layer).spikes.subarray(start, start + values.length);
              expect({ layer, step, values: Array.from(spikes) }).toEqual({
                layer,
                step,
                values: Array.from(values),
              });
            }),
          });
        }
      }),
      { numRuns: 40 },
    );
  });
});
