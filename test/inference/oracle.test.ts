import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  argmax,
  createOracleEngine,
  tapEveryLayer,
  evaluateClips,
  measureGap,
  softmax,
  type InferenceMode,
} from '../../src/inference/index.ts';
import {
  createModel,
  foldNetwork,
  parseNetwork,
  randomModel,
  randomModelOf,
  randomParameters,
  ruleName,
} from '../../src/network/index.ts';
import { framesOf, randomClip } from '../helpers/clips.ts';
import { anyNetwork } from '../helpers/networks.ts';
import { NEURONS } from '../helpers/neurons.ts';

describe.each(NEURONS)('the oracle with %s', (_, neuron) => {
  it.each(['exact', 'eq9'] as InferenceMode[])(
    '%s: streaming equals the whole clip in every layer of any network',
    async (mode) => {
      await fc.assert(
        fc.asyncProperty(anyNetwork({ neuron }), fc.integer(), async (network, seed) => {
          const { steps, input } = network;
          const engine = createOracleEngine(randomModelOf(network, seed));
          const session = engine.openSession({ mode });
          const record = (into: Map<string, unknown>) =>
            tapEveryLayer(engine.model, ({ layer, step, values }) =>
              into.set(`${layer} ${step}`, [...values]),
            );
          for (let window = 0; window < 2; window++) {
            const clip = randomClip(steps, input.width, input.height, seed + window);
            const whole = new Map<string, unknown>();
            const streamed = new Map<string, unknown>();
            const result = await engine.runClip(clip, { mode, taps: record(whole) });
            const stepResults = [];
            for (const frame of framesOf(clip)) stepResults.push(await session.step(frame, record(streamed)));
            expect(stepResults).toEqual(result.steps);
            expect(new Map([...streamed].sort())).toEqual(new Map([...whole].sort()));
          }
        }),
        { numRuns: 30 },
      );
    },
  );
});

describe('the gap between Eq. 9 and Eq. 7', () => {
  const samples = [1, 2, 3].map((seed) => ({ clip: randomClip(4, 8, 8, seed), label: 0 }));

  it('is nil for a diagonal M', () => {
    for (const gap of measureGap(randomModel({ structure: 'diagonal' }), samples)) {
      expect(gap.isolated).toMatchObject({ agreement: 1, f1: 1 });
      expect(gap.endToEnd.exactRate).toBe(gap.endToEnd.eq9Rate);
    }
  });

  it('is nil for a diagonal M in a residual network, whatever the branches', () => {
    fc.assert(
      fc.property(
        anyNetwork({ neuron: { kind: 'mfp', structure: 'diagonal' }, height: 8, width: 8, steps: 4 }),
        (network) => {
          for (const { isolated, endToEnd } of measureGap(randomModelOf(network, 1), samples)) {
            expect([isolated.agreement, endToEnd.agreement]).toEqual([1, 1]);
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is nil for a LIF, which has no M; after an MFP neuron it passes on what came in', () => {
    for (const gap of measureGap(randomModel({ neuron: { kind: 'lif' } }), samples)) {
      expect(gap).toMatchObject({ mixes: false, isolated: { agreement: 1 }, endToEnd: { agreement: 1 } });
    }
    const network = parseNetwork({
      name: 'mixed',
      steps: 4,
      input: { height: 8, width: 8 },
      classes: ['a', 'b'],
      layers: [
        { id: 'conv1', kind: 'conv', filters: 6, kernel: 3, weights: 'int8' },
        { id: 'mfp1', kind: 'mfp', structure: 'full', decay: 0.5 },
        { id: 'conv2', kind: 'conv', filters: 6, kernel: 3 },
        { id: 'lif2', kind: 'lif' },
        { id: 'readout', kind: 'linear', units: 2 },
      ],
    });
    const { input, training } = randomModel();
    const mixed = createModel(network, foldNetwork(network, randomParameters(network, 2)), input, training);
    const [mfp, lif] = measureGap(mixed, samples);
    expect(mfp).toMatchObject({ mixes: true });
    expect(lif).toMatchObject({ mixes: false, isolated: { agreement: 1 } });
    expect(lif!.endToEnd.agreement).toBeLessThan(1);
    expect([ruleName(mixed, 'exact'), ruleName(mixed, 'eq9')]).toEqual(['Eq. 7', 'Eq. 9']);
  });

  it('is seen, with F1 and rates, for a full M', () => {
    const gaps = measureGap(randomModel({ structure: 'full', seed: 4 }), samples);
    expect(gaps.map(({ layer }) => layer)).toEqual(['mfp1', 'mfp2']);
    expect(gaps[0]!.isolated.f1).toBeLessThan(1);
    expect(gaps[0]!.isolated).toEqual(gaps[0]!.endToEnd);
  });
});

describe('evaluation', () => {
  it('counts decisions, confusion and firing rates', async () => {
    const engine = createOracleEngine(randomModel({ structure: 'full' }));
    const samples = [0, 1, 2, 0].map((label, seed) => ({ clip: randomClip(4, 8, 8, seed), label }));
    const report = await evaluateClips(engine, samples);
    expect(report.confusion.flat().reduce((a, b) => a + b)).toBe(4);
    expect(report.accuracyByStep.at(-1)).toBe(report.accuracy);
    for (const rate of Object.values(report.firingRates)) expect(rate).toBeGreaterThanOrEqual(0);
  });
});

describe('misuse', () => {
  const engine = createOracleEngine(randomModel({ steps: 3 }));
  const frames = framesOf(randomClip(3, 8, 8, 1));

  it('names what does not fit', async () => {
    await expect(engine.runClip(randomClip(3, 9, 8, 1))).rejects.toMatchObject({ code: 'WRONG_GEOMETRY' });
    await expect(engine.runClip(randomClip(2, 8, 8, 1))).rejects.toMatchObject({ code: 'WRONG_STEPS' });
    const session = engine.openSession();
    await expect(session.step(frames[1]!)).rejects.toMatchObject({ code: 'OUT_OF_ORDER', step: 1 });
    await session.step(frames[0]!);
    await expect(session.step(frames[2]!)).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    session.dispose();
    await expect(session.step(frames[0]!)).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('has no accuracy of no clips', async () => {
    await expect(evaluateClips(createOracleEngine(randomModel()), [])).rejects.toMatchObject({
      code: 'BAD_OPTION',
    });
  });

  it('refuses to run after dispose', async () => {
    const other = createOracleEngine(randomModel());
    other.dispose();
    await expect(other.runClip(randomClip(4, 8, 8, 1))).rejects.toMatchObject({ code: 'DISPOSED' });
    expect(() => other.openSession()).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });

  it('argmax takes the first of equals, softmax survives large logits', () => {
    expect(argmax([2, 5, 5])).toBe(1);
    expect(softmax([1e6, 0], 1)).toEqual([1, 0]);
  });
});
