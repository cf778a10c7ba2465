import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import {
  foldLif,
  layerKindOf,
  leak,
  membraneBound,
  networkParameterSpecs,
  parseNetwork,
  randomModel,
  tensorData,
  type LifSpec,
  type PackedLayer,
  type ParameterValues,
} from '../../src/network/index.ts';

const anyParts = fc.integer({ min: 0, max: 15 });

/** Eq. 1 to 3 on exact rationals: the membrane in sixteenths of a unit, rounded half up after the leak. */
function naiveSpikes(drives: readonly number[], threshold: number, parts: number): number[] {
  let membrane = 0n;
  return drives.map((drive) => {
    const sixteenths = membrane * BigInt(parts) + 8n;
    const floor = (sixteenths - (((sixteenths % 16n) + 16n) % 16n)) / 16n;
    const potential = floor + BigInt(drive);
    const fires = potential >= BigInt(threshold);
    membrane = fires ? 0n : potential;
    return fires ? 1 : 0;
  });
}

describe('the leak', () => {
  it('rounds half up, as the shift of 32-bit integers does', () => {
    expect([3, -3, 1, -1].map((membrane) => leak(membrane, 8))).toEqual([2, -1, 1, 0]);
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 24), max: 2 ** 24 }), anyParts, (membrane, parts) => {
        expect(leak(membrane, parts)).toBe((Math.imul(membrane, parts) + 8) >> 4);
        expect(Math.abs(leak(membrane, parts) - (membrane * parts) / 16)).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it('keeps every potential within the bound, for ever', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), anyParts, fc.boolean(), (drive, parts, positive) => {
        const bound = membraneBound(drive, parts);
        let potential = 0;
        for (let t = 0; t < 500; t++) potential = leak(potential, parts) + (positive ? drive : -drive);
        expect(Math.abs(potential)).toBeLessThanOrEqual(bound);
        // And the bound is no larger than it has to be, but for the leak's rounding.
        expect(bound - Math.abs(potential)).toBeLessThanOrEqual(16 / (16 - parts) + 1);
      }),
    );
  });
});

describe('folding a LIF channel', () => {
  const real = fc.oneof(
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.integer({ min: -300, max: 300 }).map((n) => n / 100),
    fc.constantFrom(0, -0, 1e-9, -1e-9, 1e-40, 1e-300, 5),
  );
  const bounds = fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 2 ** 18 }));

  it('decides like the float32 rule for every membrane, and never leaves the exact integers', () => {
    fc.assert(
      fc.property(real, real, bounds, anyParts, fc.integer(), (gain, bias, bound, parts, seed) => {
        const channel = foldLif(gain, bias, 1, bound, parts);
        const most = membraneBound(Math.abs(channel.scale) * bound + Math.abs(channel.bias), parts);
        expect(most).toBeLessThan(2 ** 24);
        expect(Math.abs(channel.threshold)).toBeLessThanOrEqual(2 ** 24);
        const random = new SeededRandom(seed);
        for (let n = 0; n < 50; n++) {
          const near = channel.threshold + random.integer(9) - 4;
          const potential = n < 25 ? near : random.integer(2 * most + 1) - most;
          if (Math.abs(potential) > most) continue;
          expect(potential >= channel.threshold).toBe(Math.fround(channel.gain * potential) >= 1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('stays within half a unit of the real drive', () => {
    fc.assert(
      fc.property(real, real, fc.integer({ min: -500, max: 500 }), anyParts, (gain, bias, x, parts) => {
        const channel = foldLif(gain, bias, 1, 500, parts);
        const drive = channel.gain * (channel.scale * x + channel.bias);
        // A channel that does not listen leaves out gain * x, a vanishing part of its bias.
        const deaf = channel.scale === 0 ? Math.abs(gain * x) : 0;
        if (deaf > 0) expect(deaf).toBeLessThan(Math.abs(bias) / 1000);
        const tolerance = channel.gain / 2 + deaf + 1e-6 * Math.abs(bias) + 1e-6 * Math.abs(gain * x) + 1e-38;
        expect(Math.abs(drive - (gain * x + bias))).toBeLessThanOrEqual(tolerance);
      }),
    );
  });

  it('gamma = 0: the bias alone charges the membrane', () => {
    const { scale, bias, threshold } = foldLif(0, 0.6, 1, 1000, 8);
    expect(scale).toBe(0);
    expect(naiveSpikes(new Array<number>(6).fill(bias), threshold, 8)).toEqual([0, 0, 1, 0, 0, 1]);
    const never = foldLif(0, 0, 1, 1000, 8);
    expect(naiveSpikes(new Array<number>(6).fill(never.bias), never.threshold, 8)).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
    const always = foldLif(-0, 3, 1, 1000, 8);
    expect(naiveSpikes(new Array<number>(3).fill(always.bias), always.threshold, 8)).toEqual([1, 1, 1]);
  });
});

/** One LIF layer of four channels with the given parameters. */
function lifLayer(decay: number, steps: number, p: ParameterValues, bound = 500): PackedLayer<LifSpec> {
  const spec = { id: 'n', kind: 'lif', decay } as const;
  const kind = layerKindOf(spec);
  const input = { content: 'currents', shape: [2, 3, 4], bound, unit: 1 } as const;
  const context = { steps, thresholdVoltage: 1 };
  const output = kind.infer(spec, [input], context);
  const node = { spec, sources: ['c'], inputs: [input], input, output, context } as const;
  const scale = { scale: new Float64Array(4).fill(1), bounds: new Float64Array(4).fill(bound) };
  return { ...node, tensors: kind.fold(node, p, [scale]).tensors };
}

describe('the LIF layer', () => {
  const parameters = fc.record({
    gamma: fc.array(fc.constantFrom(0, 1, -1, 0.3, -2, 1e-6), { minLength: 4, maxLength: 4 }),
    beta: fc.array(
      fc.integer({ min: -20, max: 20 }).map((n) => n / 10),
      { minLength: 4, maxLength: 4 },
    ),
    mean: fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 4, maxLength: 4 }),
    variance: fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 4, maxLength: 4 }),
  });

  it('clips, streams and the definition agree, in both modes; step 0 forgets the window before', () => {
    fc.assert(
      fc.property(
        parameters,
        anyParts,
        fc.integer({ min: 1, max: 9 }),
        fc.integer(),
        (p, parts, steps, seed) => {
          const floats = Object.fromEntries(
            Object.entries(p).map(([name, values]) => [name, Float32Array.from(values)]),
          );
          const layer = lifLayer(parts / 16, steps, floats);
          const [scale, bias, threshold] = ['scale', 'bias', 'threshold'].map((name) =>
            tensorData(layer, name, 'I32'),
          );
          const random = new SeededRandom(seed);
          const runner = layerKindOf(layer.spec).createRunner(layer, 'exact');
          for (let window = 0; window < 2; window++) {
            const currents = Array.from({ length: steps }, () =>
              Int32Array.from({ length: 24 }, () => random.integer(121) - 60),
            );
            const clip = runner.clip([currents]);
            for (let n = 0; n < 24; n++) {
              const c = n % 4;
              const drives = currents.map((x) => scale![c]! * x[n]! + bias![c]!);
              expect(clip.map((spikes) => spikes[n])).toEqual(naiveSpikes(drives, threshold![c]!, parts));
            }
            expect(currents.map((current, t) => runner.step(t, [current]))).toEqual(clip);
            expect(layerKindOf(layer.spec).createRunner(layer, 'eq9').clip([currents])).toEqual(clip);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is Eq. 1 to 3 where the unit is a power of two', () => {
    // gain 1/8 after the batch norm, V_th = 1: fires at 8 units of current; decay 1/2.
    const one = new Float32Array(4).fill(1);
    const zero = new Float32Array(4);
    const variance = new Float32Array(4).fill(64 - 1e-5);
    const layer = lifLayer(0.5, 5, { gamma: one, beta: zero, mean: zero, variance });
    const { step } = layerKindOf(layer.spec).createRunner(layer, 'exact');
    const spikes = [6, 5, 7, 4, -9].map((x, t) => step(t, [new Int32Array(24).fill(x)])[0]);
    // H = 6, 3 + 5 (fires, reset), 7, 3.5 + 4, 3.75 - 9.
    expect(spikes).toEqual([0, 1, 0, 0, 0]);
  });

  it('a negative gain integrates the negative current', () => {
    const p = {
      gamma: Float32Array.of(1, -1, 1, -1),
      beta: new Float32Array(4),
      mean: new Float32Array(4),
      variance: new Float32Array(4).fill(25),
    };
    const layer = lifLayer(0.75, 4, p);
    const run = (currents: Int32Array[]): number[][] =>
      layerKindOf(layer.spec)
        .createRunner(layer, 'exact')
        .clip([currents])
        .map((spikes) => [...spikes]);
    const random = new SeededRandom(4);
    const steps = Array.from({ length: 4 }, () => random.integer(21) - 10);
    const constant = (sign: number): Int32Array[] => steps.map((x) => new Int32Array(24).fill(sign * x));
    const [up, down] = [run(constant(1)), run(constant(-1))];
    for (let t = 0; t < 4; t++)
      expect(up[t]!.filter((_, n) => n % 2 === 0)).toEqual(down[t]!.filter((_, n) => n % 2 === 1));
  });

  it('trains nothing but its batch norm', () => {
    const { network, neuronLayers } = randomModel({ neuron: { kind: 'lif', decay: 0.25 } });
    expect(neuronLayers).toEqual(['lif1', 'lif2']);
    expect(networkParameterSpecs(network)['lif1']!.map(({ name }) => name)).toEqual([
      'gamma',
      'beta',
      'mean',
      'variance',
    ]);
  });

  const description = (lif: object, input = {}): object => ({
    name: 'n',
    steps: 3,
    input: { height: 4, width: 4, ...input },
    classes: ['a'],
    layers: [
      { id: 'c', kind: 'conv', filters: 2, kernel: 3, weights: 'int8' },
      { id: 'n', kind: 'lif', ...lif },
      { id: 'r', kind: 'linear', units: 1 },
    ],
  });

  it.each([[1], [-1 / 16], [0.3], [Number.NaN]])('refuses a decay of %f', (decay) => {
    expect(() => parseNetwork(description({ decay }))).toThrow(
      expect.objectContaining({ code: 'BAD_DESCRIPTION', field: 'layers.1.decay' }),
    );
  });

  it('refuses membranes beyond float32', () => {
    expect(parseNetwork(description({})).layers[1]).toMatchObject({ decay: 0.5 });
    expect(() => parseNetwork(description({}, { maxCount: 2000 }))).toThrow(
      expect.objectContaining({ code: 'ACCUMULATOR_OVERFLOW' }),
    );
    expect(() => parseNetwork(description({ decay: 15 / 16 }, { maxCount: 250 }))).toThrow(
      expect.objectContaining({ code: 'ACCUMULATOR_OVERFLOW', field: 'n' }),
    );
  });
});
