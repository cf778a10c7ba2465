/**
 * Training of a network in plain loops and double precision: what the kernels of the training engine compute, to be
 * read. With `smooth`, everything that steps (weights, M, spikes) is replaced by the primitive of its surrogate gradient,
 * so that finite differences can check the gradients.
 */
import {
  binariseWeights,
  binaryScale,
  convPadding,
  firingRule,
  NORM_EPSILON,
  positive,
  quantise8,
  resolveNetwork,
  usedTaps,
  type ConvSpec,
  type LayerNode,
  type LifSpec,
  type LinearSpec,
  type MfpNode,
  type NetworkDescription,
  type NetworkParameters,
  type ParameterValues,
  type Shape,
} from '../../src/network/index.ts';
import type { SampleBatch } from '../../operators/index.ts';
import type { EdeSlope } from '../../src/training/index.ts';
import { roundGradients, type PlainRounding } from './plain-rounding.ts';

/** One map: `[frames][height * width * channels]`, frames sample by sample, T each. */
type Maps = Float64Array[];
type Gradients = Record<string, Record<string, Float64Array>>;
/** Given the gradient at what a layer puts out, adds that of its parameters and returns that of what it read. */
type Backward = (gradient: Maps) => Maps;

export interface PlainOptions {
  readonly labels: readonly number[];
  /** Of classes, where samples are mixed. */
  readonly shares?: SampleBatch['shares'];
  readonly classWeights?: readonly number[];
  readonly ede: EdeSlope;
  readonly lambda: number;
  readonly smooth?: boolean;
  /** Of the gradients at the currents of 1-bit convolutions behind other layers. */
  readonly rounding?: PlainRounding;
}

export interface PlainResult {
  readonly loss: number;
  readonly gradients: Gradients;
  /** Of each neuron layer. */
  readonly spikes: Readonly<Record<string, Maps>>;
  /** Smallest distance of any potential from its threshold: what rounding may not bridge. */
  readonly margin: number;
  /** The same of gradients that are rounded by chance, as shares of a level. */
  readonly roundingMargin: number;
}

const zeros = (frames: Maps, length: number): Maps => frames.map(() => new Float64Array(length));
const sizeOf = ([height, width, channels]: Shape): number => height * width * channels;

interface Weights {
  readonly codes: Float64Array;
  readonly alpha: (channel: number) => number;
  /** From the gradient of the codes to that of the latent weights. */
  readonly latent: (gradient: Float64Array) => Float64Array;
}

function binary(weights: Float32Array, channels: number, { t, k }: EdeSlope, smooth: boolean): Weights {
  const fan = weights.length / channels;
  const exact = binariseWeights(weights, channels);
  const standardised = new Float64Array(weights.length);
  const deviations = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let i = c; i < weights.length; i += channels) sum += weights[i]!;
    let [squares, magnitude] = [0, 0];
    for (let i = c; i < weights.length; i += channels) {
      const centred = weights[i]! - sum / fan;
      squares += centred ** 2;
      magnitude += Math.abs(centred);
      standardised[i] = centred;
    }
    deviations[c] = binaryScale(squares, magnitude, fan).deviation;
    for (let i = c; i < weights.length; i += channels) standardised[i]! /= deviations[c]!;
  }
  return {
    codes: smooth ? standardised.map((s) => k * Math.tanh(t * s)) : Float64Array.from(exact.codes),
    alpha: (c) => exact.alpha[c]!,
    latent: (gradient) => {
      const ds = gradient.map((g, i) => g * k * t * (1 - Math.tanh(t * standardised[i]!) ** 2));
      const out = new Float64Array(ds.length);
      for (let c = 0; c < channels; c++) {
        let [sum, product] = [0, 0];
        for (let i = c; i < ds.length; i += channels) {
          sum += ds[i]!;
          product += ds[i]! * standardised[i]!;
        }
        for (let i = c; i < ds.length; i += channels) {
          const rest = ds[i]! - sum / fan - (standardised[i]! * product) / Math.max(1, fan - 1);
          out[i] = rest / deviations[c]!;
        }
      }
      return out;
    },
  };
}

function codes8(weights: Float32Array, smooth: boolean): Weights {
  const { codes, alpha } = quantise8(weights);
  const scale = alpha[0]!;
  return {
    codes: smooth ? Float64Array.from(weights, (w) => w / scale) : Float64Array.from(codes),
    alpha: () => scale,
    latent: (gradient) => gradient.map((g) => g / scale),
  };
}

/** Calls `visit` for each input that meets a weight in a frame, with their places. */
export function eachProduct(
  { input, output, spec }: LayerNode<ConvSpec> | LayerNode<LinearSpec>,
  visit: (input: number, weight: number, output: number) => void,
): void {
  const [height, width, channels] = input.shape;
  const [outHeight, outWidth, filters] = output.shape;
  const linear = spec.kind === 'linear';
  const [kernelHeight, kernelWidth] = linear ? [height, width] : [spec.kernel, spec.kernel];
  const stride = linear ? 1 : spec.stride;
  const { top, left } = linear
    ? { top: 0, left: 0 }
    : convPadding({ spec, input, output } as LayerNode<ConvSpec>);
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      for (let ky = 0; ky < kernelHeight; ky++) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          const [y, x] = [oy * stride - top + ky, ox * stride - left + kx];
          if (y < 0 || x < 0 || y >= height || x >= width) continue;
          for (let c = 0; c < channels; c++) {
            for (let f = 0; f < filters; f++) {
              const weight = ((ky * kernelWidth + kx) * channels + c) * filters + f;
              visit((y * width + x) * channels + c, weight, (oy * outWidth + ox) * filters + f);
            }
          }
        }
      }
    }
  }
}

function convolve(
  node: LayerNode<ConvSpec> | LayerNode<LinearSpec>,
  { codes, latent }: Weights,
  maps: Maps,
  gradients: Record<string, Float64Array>,
): [Maps, Backward] {
  const currents = zeros(maps, sizeOf(node.output.shape));
  eachProduct(node, (i, w, o) => {
    currents.forEach((out, frame) => (out[o]! += codes[w]! * maps[frame]![i]!));
  });
  return [
    currents,
    (gradient) => {
      const onCodes = new Float64Array(codes.length);
      const back = zeros(maps, sizeOf(node.input.shape));
      eachProduct(node, (i, w, o) => {
        gradient.forEach((g, frame) => {
          onCodes[w]! += g[o]! * maps[frame]![i]!;
          back[frame]![i]! += g[o]! * codes[w]!;
        });
      });
      gradients['weight'] = latent(onCodes);
      return back;
    },
  ];
}

/** The real M of the smooth form: that of the rule without rounding. */
function smoothMatrix({ spec, context: { steps } }: MfpNode, p: ParameterValues): Float64Array {
  const entry = (t: number, i: number): number => {
    if (spec.structure === 'full') return p['m']![t * steps + i]!;
    if (spec.structure === 'sliding') return p['w']![t - i] ?? 0;
    if (spec.structure === 'rank1') return positive(p['a']![t]!) * p['b']![i]!;
    return t === i ? positive(p['tau']![t]!) : 0;
  };
  return Float64Array.from({ length: steps * steps }, (_, at) => {
    const [t, i] = [Math.floor(at / steps), at % steps];
    return i <= t ? entry(t, i) : 0;
  });
}

function matrixGradients(
  node: MfpNode,
  p: ParameterValues,
  matrix: Float64Array,
  dM: Float64Array,
): Record<string, Float64Array> {
  const { steps } = node.context;
  const of = (name: string, length: number): Float64Array => (result[name] = new Float64Array(length));
  const result: Record<string, Float64Array> = {};
  const slope = (x: number): number => 1 / (1 + Math.exp(-x));
  switch (node.spec.structure) {
    case 'full':
      return { m: dM };
    case 'sliding': {
      const w = of('w', usedTaps(node));
      for (let t = 0; t < steps; t++)
        for (let i = 0; i <= t; i++) if (t - i < w.length) w[t - i]! += dM[t * steps + i]!;
      return result;
    }
    case 'rank1': {
      const [a, b] = [of('a', steps), of('b', steps)];
      for (let t = 0; t < steps; t++) {
        for (let i = 0; i <= t; i++) {
          const at = t * steps + i;
          const factor = positive(p['a']![t]!);
          a[t]! += ((dM[at]! * matrix[at]!) / factor) * slope(p['a']![t]!);
          b[i]! += dM[at]! * factor;
        }
      }
      return result;
    }
    case 'diagonal': {
      const tau = of('tau', steps);
      for (let t = 0; t < steps; t++) tau[t] = dM[t * steps + t]! * slope(p['tau']![t]!);
      return result;
    }
  }
}

/** The primitive of max(0, 1 - |v|). */
function ramp(v: number): number {
  if (v <= -1) return 0;
  if (v >= 1) return 1;
  return v < 0 ? (v + 1) ** 2 / 2 : 1 - (1 - v) ** 2 / 2;
}

interface Fired {
  readonly spikes: Maps;
  readonly margin: number;
  readonly backward: Backward;
}

/** Drives u of a neuron layer. */
function normalise(
  node: LayerNode,
  p: ParameterValues,
  scale: (channel: number) => number,
  currents: Maps,
  gradients: Record<string, Float64Array>,
): { drives: Maps; statistics: Record<'mean' | 'variance', Float32Array>; backward: Backward } {
  const channels = node.output.shape[2];
  const rows = (currents.length * sizeOf(node.output.shape)) / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (const frame of currents) frame.forEach((x, i) => (mean[i % channels]! += x / rows));
  for (const frame of currents)
    frame.forEach((x, i) => (variance[i % channels]! += (x - mean[i % channels]!) ** 2 / rows));
  const slope = Float64Array.from({ length: channels }, (_, c) => {
    return scale(c) / Math.sqrt(scale(c) ** 2 * variance[c]! + NORM_EPSILON);
  });
  const [gamma, beta] = [p['gamma']!, p['beta']!];
  const hat = (frame: number, i: number): number =>
    slope[i % channels]! * (currents[frame]![i]! - mean[i % channels]!);
  return {
    drives: currents.map((frame, f) =>
      frame.map((_, i) => gamma[i % channels]! * hat(f, i) + beta[i % channels]!),
    ),
    statistics: { mean: Float32Array.from(mean), variance: Float32Array.from(variance) },
    backward: (du) => {
      const [dGamma, dBeta] = [new Float64Array(channels), new Float64Array(channels)];
      du.forEach((frame, f) => {
        frame.forEach((g, n) => {
          dGamma[n % channels]! += g * hat(f, n);
          dBeta[n % channels]! += g;
        });
      });
      gradients['gamma'] = dGamma;
      gradients['beta'] = dBeta;
      return du.map((frame, f) =>
        frame.map((g, n) => {
          const c = n % channels;
          return gamma[c]! * slope[c]! * (g - dBeta[c]! / rows - (hat(f, n) * dGamma[c]!) / rows);
        }),
      );
    },
  };
}

/** MFP neurons: Eq. 7. */
function mix(
  node: MfpNode,
  p: ParameterValues,
  matrix: Float64Array,
  drives: Maps,
  gradients: Record<string, Float64Array>,
  smooth: boolean,
): Fired {
  const { steps, thresholdVoltage } = node.context;
  const size = sizeOf(node.output.shape);
  const spikes = zeros(drives, size);
  const over = zeros(drives, size);
  let margin = Infinity;
  drives.forEach((_, frame) => {
    const [first, t] = [frame - (frame % steps), frame % steps];
    for (let n = 0; n < size; n++) {
      let potential = 0;
      for (let i = 0; i <= t; i++) potential += matrix[t * steps + i]! * drives[first + i]![n]!;
      const v = potential - thresholdVoltage;
      margin = Math.min(margin, Math.abs(v));
      over[frame]![n] = v;
      spikes[frame]![n] = smooth ? ramp(v) : Number(v >= 0);
    }
  });
  const backward: Backward = (gradient) => {
    const dM = new Float64Array(steps * steps);
    const du = zeros(drives, size);
    drives.forEach((_, frame) => {
      const [first, t] = [frame - (frame % steps), frame % steps];
      for (let n = 0; n < size; n++) {
        const dh = gradient[frame]![n]! * Math.max(0, 1 - Math.abs(over[frame]![n]!));
        for (let i = 0; i <= t; i++) {
          dM[t * steps + i]! += dh * drives[first + i]![n]!;
          du[first + i]![n]! += dh * matrix[t * steps + i]!;
        }
      }
    });
    Object.assign(gradients, matrixGradients(node, p, matrix, dM));
    return du;
  };
  return { spikes, margin, backward };
}

/** Resetting neurons: Eq. 1 to 3. */
function leak(node: LayerNode<LifSpec>, drives: Maps, smooth: boolean): Fired {
  const { steps, thresholdVoltage } = node.context;
  const { decay } = node.spec;
  const size = sizeOf(node.output.shape);
  const spikes = zeros(drives, size);
  const potentials = zeros(drives, size);
  let margin = Infinity;
  drives.forEach((frame, f) => {
    frame.forEach((u, n) => {
      const before = f % steps === 0 ? 0 : potentials[f - 1]![n]! * (1 - spikes[f - 1]![n]!);
      const v = decay * before + u - thresholdVoltage;
      margin = Math.min(margin, Math.abs(v));
      potentials[f]![n] = v + thresholdVoltage;
      spikes[f]![n] = smooth ? ramp(v) : Number(v >= 0);
    });
  });
  const backward: Backward = (gradient) => {
    const du = zeros(drives, size);
    for (let f = drives.length - 1; f >= 0; f--) {
      for (let n = 0; n < size; n++) {
        const h = potentials[f]![n]!;
        const slope = Math.max(0, 1 - Math.abs(h - thresholdVoltage));
        const later = f % steps === steps - 1 ? 0 : du[f + 1]![n]!;
        du[f]![n] = gradient[f]![n]! * slope + later * decay * (1 - spikes[f]![n]! - h * slope);
      }
    }
    return du;
  };
  return { spikes, margin, backward };
}

function fire(
  node: LayerNode<LifSpec> | MfpNode,
  p: ParameterValues,
  scale: (channel: number) => number,
  currents: Maps,
  gradients: Record<string, Float64Array>,
  smooth: boolean,
): Fired {
  const { drives, statistics, backward } = normalise(node, p, scale, currents, gradients);
  const real = { scale: Float64Array.from({ length: node.output.shape[2] }, (_, c) => scale(c)) };
  const matrixOf = (mfp: MfpNode): Float64Array =>
    smooth ? smoothMatrix(mfp, p) : firingRule(mfp, { ...p, ...statistics }, real).fixed.matrix;
  const fired =
    node.spec.kind === 'lif'
      ? leak(node as LayerNode<LifSpec>, drives, smooth)
      : mix(node as MfpNode, p, matrixOf(node as MfpNode), drives, gradients, smooth);
  return { ...fired, backward: (gradient) => backward(fired.backward(gradient)) };
}

function pool(
  { input, output }: LayerNode,
  [windowHeight, windowWidth]: readonly [number, number],
  largest: boolean,
  maps: Maps,
): [Maps, Backward] {
  const [, width, channels] = input.shape;
  const [outHeight, outWidth] = output.shape;
  const windowOf = (place: number): number[] => {
    const c = place % channels;
    const x = Math.floor(place / channels) % outWidth;
    const y = Math.floor(place / channels / outWidth);
    return Array.from({ length: windowHeight * windowWidth }, (_, at) => {
      const [wy, wx] = [Math.floor(at / windowWidth), at % windowWidth];
      return ((y * windowHeight + wy) * width + x * windowWidth + wx) * channels + c;
    });
  };
  const places = Array.from({ length: outHeight * outWidth * channels }, (_, place) => windowOf(place));
  const first = (frame: Float64Array, window: number[]): number =>
    window.reduce((best, at) => (frame[at]! > frame[best]! ? at : best));
  const pooled = maps.map((frame) =>
    Float64Array.from(places, (window) =>
      largest ? frame[first(frame, window)]! : window.reduce((sum, at) => sum + frame[at]!, 0),
    ),
  );
  return [
    pooled,
    (gradient) => {
      const back = zeros(maps, sizeOf(input.shape));
      gradient.forEach((g, f) => {
        places.forEach((window, place) => {
          const to = largest ? [first(maps[f]!, window)] : window;
          for (const at of to) back[f]![at]! += g[place]!;
        });
      });
      return back;
    },
  ];
}

function tet(
  logits: Maps,
  scale: number,
  steps: number,
  { labels, shares, classWeights, lambda }: PlainOptions,
): { loss: number; gradient: Maps } {
  const frames = logits.length;
  let loss = 0;
  const gradient = logits.map((integers, frame) => {
    const sample = Math.floor(frame / steps);
    const target = new Float64Array(integers.length);
    for (const { label, share } of shares?.[sample] ?? [{ label: labels[sample]!, share: 1 }])
      target[label]! += share * (classWeights?.[label] ?? 1);
    const all = target.reduce((sum, y) => sum + y, 0);
    const real = integers.map((x) => scale * x);
    const largest = Math.max(...real);
    const total = real.reduce((sum, x) => sum + Math.exp(x - largest), 0);
    const entropy = target.reduce((sum, y, c) => sum + y * (largest + Math.log(total) - real[c]!), 0);
    loss += ((1 - lambda) * entropy) / frames;
    return real.map((x, c) => {
      loss += (lambda * (x - 1) ** 2) / (frames * real.length);
      const onEntropy = (all * Math.exp(x - largest)) / total - target[c]!;
      const onSquares = (2 * (x - 1)) / real.length;
      return (scale * ((1 - lambda) * onEntropy + lambda * onSquares)) / frames;
    });
  });
  return { loss, gradient };
}

/**
 * Loss and gradients of a batch.
 *
 * @param input counts `[frames][height * width * channels]`, sample by sample, cut at `maxCount`.
 */
export function plainTraining(
  network: NetworkDescription,
  parameters: NetworkParameters,
  input: Maps,
  options: PlainOptions,
): PlainResult {
  const { ede, smooth = false } = options;
  const gradients: Gradients = {};
  const spikes: Record<string, Maps> = {};
  /** Of each node: what it puts out, and the real value of an integer of it. */
  const values = new Map<string, Maps>();
  const scales = new Map<string, (channel: number) => number>();
  const backwards: (() => void)[] = [];
  const flowing = new Map<string, Maps>();
  /** Adds to the gradient at what a node puts out. */
  const flow = (id: string, gradient: Maps, factor = 1): void => {
    const sum = flowing.get(id) ?? zeros(gradient, gradient[0]!.length);
    gradient.forEach((g, frame) => {
      g.forEach((own, i) => (sum[frame]![i]! += factor * own));
    });
    flowing.set(id, sum);
  };
  let [margin, roundingMargin] = [Infinity, Infinity];
  let convolutions = 0;
  const nodes = resolveNetwork(network);
  values.set(nodes[0]!.sources[0], input);
  /** Behind neurons there is something to train. */
  const trained = new Set<string>();
  for (const node of nodes) {
    const { id } = node.spec;
    const p = parameters[id] ?? {};
    const own: Record<string, Float64Array> = (gradients[id] = {});
    const spec = node.spec as NetworkDescription['layers'][number];
    const [source] = node.sources;
    const maps = values.get(source)!;
    const put = (out: Maps, backward: Backward): void => {
      values.set(id, out);
      backwards.push(() => {
        flow(source, backward(flowing.get(id)!));
      });
    };
    if (trained.has(source)) trained.add(id);
    if (spec.kind === 'conv' || spec.kind === 'linear') {
      const quantised =
        spec.weights === 'binary'
          ? binary(p['weight']!, spec.filters, ede, smooth)
          : codes8(p['weight']!, smooth);
      const conv = node as LayerNode<ConvSpec> | LayerNode<LinearSpec>;
      const [currents, backward] = convolve(conv, quantised, maps, own);
      const place = convolutions++;
      const { rounding } = options;
      const rounded = rounding !== undefined && spec.weights === 'binary' && trained.has(source);
      put(currents, (gradient) => {
        if (!rounded) return backward(gradient);
        const { rounded: powers, margin: least } = roundGradients(
          gradient,
          node.output.shape[2],
          network.steps,
          place,
          rounding,
        );
        roundingMargin = Math.min(roundingMargin, least);
        return backward(powers);
      });
      scales.set(id, (c) => quantised.alpha(c) * node.input.unit);
    } else if (spec.kind === 'mfp' || spec.kind === 'lif') {
      const fired = fire(node as MfpNode, p, scales.get(source)!, maps, own, smooth);
      put(fired.spikes, fired.backward);
      margin = Math.min(margin, fired.margin);
      spikes[id] = fired.spikes;
      trained.add(id);
    } else if (spec.kind === 'residualAdd') {
      const other = node.sources[1]!;
      const factor = 2 ** spec.shift;
      const shortcut = values.get(other)!;
      put(
        maps.map((frame, f) => frame.map((main, i) => main + factor * shortcut[f]![i]!)),
        (gradient) => {
          flow(other, gradient, factor);
          return gradient;
        },
      );
      scales.set(id, scales.get(source)!);
    } else {
      const [height, width] = node.input.shape;
      const window =
        spec.kind === 'globalAveragePool' ? ([height, width] as const) : ([spec.size, spec.size] as const);
      const [pooled, backward] = pool(node, window, spec.kind === 'maxPool', maps);
      put(pooled, backward);
    }
  }
  const last = nodes.at(-1)!.spec.id;
  const { loss, gradient } = tet(values.get(last)!, scales.get(last)!(0), network.steps, options);
  flow(last, gradient);
  for (const backward of backwards.toReversed()) backward();
  return { loss, gradients, spikes, margin, roundingMargin };
}
