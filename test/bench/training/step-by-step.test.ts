import { beforeAll, describe, expect, it } from 'vitest';
import type { Tensor } from '@tensorflow/tfjs';
import { StepByStepTrainer, type StepForm } from '../../../bench/training/step-by-step.mjs';
import {
  describePlain,
  describeResidual,
  type NetworkDescription,
  type TensorOps,
} from '../../../src/network/index.ts';
import { createTensorOps, selectBackend, tf, TrainingEngine } from '../../../src/training/index.ts';
import { spike } from '../../../src/training/ops/spike.ts';
import { EDE, expectTensors, LAMBDA, type TensorForward } from '../../helpers/tensor-gradients.ts';
import { randomBatch } from '../../helpers/training-batches.ts';

const RATE = 5e-3;

/** TensorFlow.js gives the gradient at a tie of a max pool to another one. */
function networkOf(steps: number, pool: 'AP2' | 'MP2' = 'MP2', decay = 0.5): NetworkDescription {
  const size = { steps, height: 9, width: 8, classes: ['a', 'b', 'c'] };
  return describePlain('steps', [10, 'AP2', 70, pool, 12], { ...size, neuron: { kind: 'lif', decay } });
}

function residual(steps: number): NetworkDescription {
  return describeResidual('steps', [{ blocks: 1, planes: 8, stride: 1 }], {
    steps,
    height: 8,
    width: 8,
    classes: ['a', 'b'],
    neuron: { kind: 'lif' },
  });
}

/** Losses, gradients and weights of some steps. */
async function trained(
  trainer: Pick<StepByStepTrainer, 'step' | 'parameterGradients' | 'snapshot'>,
  network: NetworkDescription,
): Promise<unknown[]> {
  const results: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    // A smaller batch among them.
    const loss = await trainer.step(randomBatch(network, i === 1 ? 1 : 3, i), RATE, EDE);
    results.push(loss, trainer.parameterGradients());
  }
  return [...results, trainer.snapshot()];
}

function optionsOf(network: NetworkDescription): ConstructorParameters<typeof TrainingEngine>[0] {
  return { network, batchSize: 3, seed: 2, tetLambda: LAMBDA };
}

function stepped(network: NetworkDescription, form: StepForm = {}): Promise<unknown[]> {
  return trained(new StepByStepTrainer(optionsOf(network), form), network);
}

describe('a training loop step by step', () => {
  it.each([
    ['a stack', networkOf(4)],
    ['a residual network', residual(4)],
  ])('has the same bits layer by layer, as that is the same mathematics: %s', async (_, network) => {
    expect(await stepped(network)).toEqual(await stepped(network, { order: 'layer-major' }));
    const pairs = { stretch: 2 } as const;
    expect(await stepped(network, pairs)).toEqual(await stepped(network, { ...pairs, order: 'layer-major' }));
  });

  it.each([
    ['one step', networkOf(1)],
    ['all steps in one stretch', networkOf(4)],
    ['of a residual network too', residual(3)],
  ])("is the engine's own run of LIF neurons, bit for bit: %s", async (_, network) => {
    const engine = new TrainingEngine(optionsOf(network));
    const expected = await trained(engine, network);
    engine.dispose();
    expect(await stepped(network, { stretch: network.steps })).toEqual(expected);
  });

  it('is for LIF neurons and whole stretches', () => {
    const mixing = describePlain('mixing', [4], {
      steps: 4,
      height: 4,
      width: 4,
      classes: ['a', 'b'],
      neuron: { kind: 'mfp', structure: 'full' },
    });
    expect(() => new StepByStepTrainer(optionsOf(mixing))).toThrow(/MFP neurons mix/);
    expect(() => new StepByStepTrainer(optionsOf(networkOf(4)), { stretch: 3 })).toThrow(/no whole number/);
  });
});

/** Logits by stretches: membranes go from one step to the next, and gradients back by automatic differentiation. */
function stepping(steps: number, stretch: number): TensorForward {
  const membranes: Tensor[] = [];
  const opsOf = (): TensorOps<Tensor> => {
    let layer = 0;
    return {
      ...createTensorOps({ steps: stretch, ede: EDE }),
      lif: (u, decay, voltage) => {
        const own = layer++;
        // One part has no gradient in TensorFlow.js.
        const drives = stretch === 1 ? [u] : tf.split(u, stretch);
        const spikes = drives.map((drive) => {
          const before = membranes[own];
          const potential = before === undefined ? drive : tf.add(tf.mul(before, decay), drive);
          const fired = spike(tf.sub(potential, voltage), { gamma: 1 });
          membranes[own] = tf.mul(potential, tf.sub(1, fired));
          return fired;
        });
        return tf.concat(spikes, 0);
      },
    };
  };
  return (network, input) => {
    const logits = tf.split(input, steps / stretch).map((frames) => network.forward(opsOf(), frames));
    return tf.concat(logits, 0);
  };
}

describe('gradients step by step', () => {
  beforeAll(() => selectBackend({ prefer: 'wasm' }));

  it.each([
    ['a stack', networkOf(4, 'AP2'), 1],
    ['a stack by two steps', networkOf(4, 'AP2'), 2],
    ['slow neurons', networkOf(3, 'AP2', 15 / 16), 1],
    ['a residual network', residual(3), 1],
  ])('are those of TensorFlow.js, step by step: %s', async (_, network, stretch) => {
    const batch = randomBatch(network, 3, 8);
    const trainer = new StepByStepTrainer(optionsOf(network), { stretch });
    const { loss } = await trainer.gradients(batch, EDE);
    const own = { loss, gradients: trainer.parameterGradients() };
    expectTensors(network, trainer.snapshot(), batch, own, { forward: stepping(network.steps, stretch) });
  });
});
