import fc from 'fast-check';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import {
  binariseWeights,
  fractionBitsFor,
  largestRowSum,
  layerKindOf,
  lowerTriangle,
  M_STRUCTURES,
  MAX_ROW_SUM,
  networkParameterSpecs,
  packSigns,
  parseNetwork,
  quantise8,
  randomModel,
  resolveNetwork,
  roundHalfEven,
  tensorData,
  toFixedPoint,
  unpackSigns,
  type ConvSpec,
  type LayerRunner,
  type MfpSpec,
  type PackedLayer,
} from '../../src/network/index.ts';

describe('quantisation', () => {
  it('rounds half to even', () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999].map(roundHalfEven)).toEqual([0, 2, 2, 0, -2, 2]);
  });

  it('sign(0) = +1, and packing keeps every sign', () => {
    expect([...binariseWeights(new Float32Array(4), 2).codes]).toEqual([1, 1, 1, 1]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer(),
        (channels, rows, seed) => {
          const random = new SeededRandom(seed);
          const signs = Int8Array.from({ length: rows * channels }, () => (random.uniform() < 0.5 ? -1 : 1));
          expect(unpackSigns(packSigns(signs, channels), channels)).toEqual(signs);
        },
      ),
    );
  });

  it('8-bit codes stay inside ±127, also for a larger negative side', () => {
    expect([...quantise8(new Float32Array([0.5, -1])).codes]).toEqual([64, -127]);
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1 }), (weights) => {
        const { codes } = quantise8(weights);
        for (const code of codes) expect(Math.abs(code)).toBeLessThanOrEqual(127);
      }),
    );
  });
});

/** Convolution by its definition, gathering per output. */
function convolveNaively(layer: PackedLayer, input: Int32Array): Int32Array {
  const { kernel, stride, padding, filters, weights } = layer.spec as ConvSpec;
  const [height, width, channels] = layer.input.shape;
  const [outHeight, outWidth] = layer.output.shape;
  const before = (size: number, out: number): number =>
    padding === 'valid' ? 0 : Math.floor(Math.max(0, (out - 1) * stride + kernel - size) / 2);
  const codes =
    weights === 'binary'
      ? unpackSigns(tensorData(layer, 'weight', 'U8'), filters)
      : tensorData(layer, 'weight', 'I8');
  const output = new Int32Array(outHeight * outWidth * filters);
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      for (let f = 0; f < filters; f++) {
        let sum = 0;
        for (let ky = 0; ky < kernel; ky++) {
          for (let kx = 0; kx < kernel; kx++) {
            const y = oy * stride + ky - before(height, outHeight);
            const x = ox * stride + kx - before(width, outWidth);
            if (y < 0 || y >= height || x < 0 || x >= width) continue;
            for (let c = 0; c < channels; c++) {
              sum +=
                input[(y * width + x) * channels + c]! *
                codes[((ky * kernel + kx) * channels + c) * filters + f]!;
            }
          }
        }
        output[(oy * outWidth + ox) * filters + f] = sum;
      }
    }
  }
  return output;
}

describe('convolution', () => {
  it('equals its definition for any size, kernel, stride and padding', () => {
    const sizes = fc.record({
      height: fc.integer({ min: 1, max: 9 }),
      width: fc.integer({ min: 1, max: 9 }),
      filters: fc.integer({ min: 1, max: 9 }),
      kernel: fc.constantFrom(1, 2, 3, 5),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.constantFrom('same' as const, 'valid' as const),
      weights: fc.constantFrom('binary' as const, 'int8' as const),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(sizes, ({ height, width, filters, kernel, stride, padding, weights, seed }) => {
        fc.pre(padding === 'same' || (kernel <= height && kernel <= width));
        const random = new SeededRandom(seed);
        const spec: ConvSpec = { id: 'c', kind: 'conv', filters, kernel, stride, padding, weights };
        const input = { content: 'counts', shape: [height, width, 2], bound: 15, unit: 1 } as const;
        const context = { steps: 1, thresholdVoltage: 1 };
        const kind = layerKindOf(spec);
        const output = kind.infer(spec, [input], context);
        const node = { spec, sources: ['input'], inputs: [input], input, output, context } as const;
        const weight = Float32Array.from({ length: kernel ** 2 * 2 * filters }, () => random.normal());
        const scale = { scale: Float64Array.of(1), bounds: Float64Array.of(15) };
        const layer = { ...node, tensors: kind.fold(node, { weight }, [scale]).tensors };
        const values = Int32Array.from({ length: height * width * 2 }, () =>
          Math.max(0, random.integer(20) - 10),
        );
        expect(kind.createRunner(layer, 'exact').step(0, [values])).toEqual(convolveNaively(layer, values));
      }),
    );
  });
});

describe('the MFP neuron in fixed point', () => {
  it('keeps powers of two: leak ½ gives the thresholds 10, 20, 40, 80 of the shift form', () => {
    const b = [1, 2, 4, 8].map((n) => n / 8);
    const fixed = toFixedPoint('rank1', 4, { a: [0, 0, 0, 0], b }, 3, 1);
    expect([...fixed.mixing].filter((k) => k !== 0)).toEqual([1, 1, 2, 1, 2, 4, 1, 2, 4, 8]);
  });

  it.each(M_STRUCTURES)(
    '%s: streaming equals the clip, spike for spike, and forgets the window before',
    (structure) => {
      fc.assert(
        fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, steps) => {
          const model = randomModel({ structure, steps, seed });
          const random = new SeededRandom(seed, 7);
          for (const layer of model.layers.filter(({ spec }) => spec.kind === 'mfp')) {
            const { step, clip } = layerKindOf(layer.spec).createRunner(layer, 'exact');
            for (let window = 0; window < 2; window++) {
              const [height, width, channels] = layer.input.shape;
              const currents = Array.from({ length: steps }, () =>
                Int32Array.from({ length: height * width * channels }, () => random.integer(41) - 20),
              );
              expect(currents.map((current, t) => step(t, [current]))).toEqual(clip([currents]));
            }
          }
        }),
        { numRuns: 20 },
      );
    },
  );

  it('sliding over k = T steps is full with a Toeplitz M, bit for bit', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, steps) => {
        const neuron = { id: 'm', kind: 'mfp', decay: 0 } as const;
        const input = { content: 'currents', shape: [2, 3, 4], bound: 500, unit: 1 } as const;
        const context = { steps, thresholdVoltage: 1 };
        const random = new SeededRandom(seed);
        const norm = Object.fromEntries(
          ['gamma', 'beta', 'mean', 'variance'].map((name) => [
            name,
            Float32Array.from({ length: 4 }, () =>
              name === 'variance' ? 400 * random.uniform() : random.normal(),
            ),
          ]),
        );
        const w = Float32Array.from({ length: steps }, () => random.normal() / 2);
        const m = Float32Array.from(lowerTriangle(steps, (t, i) => w[t - i]!));
        const scale = { scale: new Float64Array(4).fill(1), bounds: new Float64Array(4).fill(500) };
        const layer = (spec: MfpSpec): PackedLayer => {
          const kind = layerKindOf(spec);
          const output = kind.infer(spec, [input], context);
          const node = { spec, sources: ['c'], inputs: [input], input, output, context } as const;
          const parameters = { ...norm, w, m };
          const projected = { ...parameters, ...kind.project!(node, parameters) };
          return { ...node, tensors: kind.fold(node, projected, [scale]).tensors };
        };
        // Projection bounds each row by itself, the taps all at once; equal where no row is too long.
        fc.pre(w.reduce((sum, tap) => sum + Math.abs(tap), 0) < MAX_ROW_SUM);
        const sliding = layer({ ...neuron, structure: 'sliding', taps: steps });
        const full = layer({ ...neuron, structure: 'full' });
        expect(sliding.tensors).toEqual(full.tensors);
        const currents = Array.from({ length: steps }, () =>
          Int32Array.from({ length: 24 }, () => random.integer(101) - 50),
        );
        const run = (of: PackedLayer): LayerRunner => layerKindOf(of.spec).createRunner(of, 'exact');
        const spikes = run(full).clip([currents]);
        expect(run(sliding).clip([currents])).toEqual(spikes);
        const { step } = run(sliding);
        expect(currents.map((current, t) => step(t, [current]))).toEqual(spikes);
      }),
    );
  });

  it('only a sliding M has taps, and fewer than T + 1 of them count', () => {
    const mfp = (fields: object): unknown =>
      parse(layerKindOf({ id: 'm', kind: 'mfp' }).schema, { id: 'm', kind: 'mfp', ...fields });
    expect(mfp({ structure: 'sliding' })).toEqual({
      id: 'm',
      kind: 'mfp',
      structure: 'sliding',
      decay: 0,
      taps: 2,
    });
    expect(() => mfp({ structure: 'full', taps: 2 })).toThrow('only a sliding M has taps');
    expect(() => mfp({ structure: 'sliding', taps: 0 })).toThrow();
    const network = parseNetwork({
      name: 'n',
      steps: 3,
      input: { height: 4, width: 4 },
      classes: ['a'],
      layers: [
        { id: 'c', kind: 'conv', filters: 2, kernel: 3 },
        { id: 'm', kind: 'mfp', structure: 'sliding', taps: 9, decay: 0.5 },
        { id: 'r', kind: 'linear', units: 1 },
      ],
    });
    const [w] = networkParameterSpecs(network)['m']!;
    expect(w).toMatchObject({ name: 'w', shape: [3], init: { values: Float32Array.of(1, 0.5, 0.25) } });
  });

  it.each(['full', 'sliding', 'rank1'] as const)(
    '%s: training cannot leave a diagonal that rounds to 0, nor rows that overflow',
    (structure) => {
      const network = randomModel({ structure, steps: 8 }).network;
      const node = resolveNetwork(network).find(({ spec }) => spec.kind === 'mfp')!;
      const kind = layerKindOf(node.spec);
      const value = fc.oneof(fc.constant(0), fc.float({ min: -3, max: 3, noNaN: true }));
      fc.assert(
        fc.property(fc.array(value, { minLength: 64, maxLength: 64 }), (values) => {
          const m = Float32Array.from(values);
          const a = new Float32Array(8);
          const trained = { a, m, b: m.slice(0, 8), w: m.slice(0, 2) };
          const p = { ...trained, ...kind.project!(node, trained) };
          const bits = fractionBitsFor(node.input.bound, 8);
          const fixed = toFixedPoint(structure, 8, p, bits, 1);
          for (let t = 0; t < 8; t++) expect(fixed.mixing[t * 9]).not.toBe(0);
          expect(largestRowSum(fixed.mixing, 8) * node.input.bound).toBeLessThan(2 ** 24);
        }),
      );
    },
  );

  it('eq9 equals exact for a diagonal M, and is causal but blind to history', () => {
    const model = randomModel({ structure: 'diagonal', steps: 5 });
    const layer = model.layers.find(({ spec }) => spec.kind === 'mfp')!;
    const random = new SeededRandom(3);
    const currents = Array.from({ length: 5 }, () =>
      Int32Array.from({ length: 8 * 8 * 4 }, () => random.integer(81) - 40),
    );
    const kind = layerKindOf(layer.spec);
    expect(kind.createRunner(layer, 'eq9').clip([currents])).toEqual(
      kind.createRunner(layer, 'exact').clip([currents]),
    );
  });

  it.each(M_STRUCTURES)('%s is causal: a change in step t changes no spike before t', (structure) => {
    const model = randomModel({ structure, steps: 6 });
    const layer = model.layers.find(({ spec }) => spec.kind === 'mfp')!;
    const random = new SeededRandom(5);
    const currents = Array.from({ length: 6 }, () =>
      Int32Array.from({ length: 256 }, () => random.integer(41) - 20),
    );
    const run = (inputs: Int32Array[]): unknown[] =>
      layerKindOf(layer.spec).createRunner(layer, 'exact').clip([inputs]);
    const before = run(currents);
    const changed = currents.map((current, t) => (t === 3 ? current.map((value) => value + 50) : current));
    expect(run(changed).slice(0, 3)).toEqual(before.slice(0, 3));
  });
});
