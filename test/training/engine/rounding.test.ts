import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describePlain, randomParameters } from '../../../src/network/index.ts';
import { edeSlope, engineObstacle, TrainingEngine } from '../../../src/training/index.ts';
import { anyStack } from '../../helpers/networks.ts';
import { randomBatch } from '../../helpers/training-batches.ts';

const EDE = edeSlope(2, 5);
const NO_MOMENTS = { iterations: 0, betaPowers: [0.9, 0.999] as const, moments: [] };

describe('products on counters', () => {
  it('have the bits of products that are looked up and added', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        anyStack().filter((network) => engineObstacle(network) === null),
        fc.integer(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 13 }),
        (network, seed, size, levels) => {
          const parameters = randomParameters(network, seed);
          const [counted, added] = [1, Infinity].map((countersFrom) => {
            const engine = new TrainingEngine({
              network,
              batchSize: size,
              seed,
              tetLambda: 0.05,
              gradients: 'power-of-two',
              gradientLevels: levels,
              countersFrom,
            });
            engine.restore(parameters, NO_MOMENTS);
            engine.gradients(randomBatch(network, size, seed), EDE);
            return engine.parameterGradients();
          });
          expect(counted).toEqual(added);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of many channels', () => {
    const size = {
      steps: 3,
      height: 6,
      width: 5,
      classes: ['a', 'b'],
      neuron: { kind: 'mfp', structure: 'full' } as const,
    };
    const network = describePlain('wide', [136, 264, 'AP2', 520, 40], size);
    const parameters = randomParameters(network, 1);
    const [counted, added] = [1, Infinity].map((countersFrom) => {
      const engine = new TrainingEngine({
        network,
        batchSize: 3,
        seed: 4,
        tetLambda: 0.05,
        gradients: 'power-of-two',
        countersFrom,
      });
      engine.restore(parameters, NO_MOMENTS);
      const report = engine.roundingOf(randomBatch(network, 3, 1), EDE);
      console.log(report);
      return engine.parameterGradients();
    });
    expect(counted).toEqual(added);
  });
});
