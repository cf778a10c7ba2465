/**
 * Models that fire at a wanted rate, for benchmarks: the time of an event-driven engine depends on the firing rate
 * and on little else, and random thresholds give any rate but the wanted one.
 */
import { SeededRandom } from '../events/index.ts';
import type { FrameClip } from '../frames/index.ts';
import {
  eq9Thresholds,
  EXACT_FLOAT32_BOUND,
  inputLength,
  largestRowSum,
  layerKindOf,
  tensorData,
  walkGraph,
  type Inputs,
  type LifSpec,
  type Model,
  type ModelInput,
  type NamedTensor,
  type NetworkDescription,
  type PackedLayer,
  type StepValues,
} from '../network/index.ts';
import { checkFits, toNetworkInput } from './input.ts';

/** Counts of a {@link sparseClip} go from 1 to this, or to the network's `maxCount`. */
const MOST_EVENTS = 6;

/**
 * A clip in which a share of all pixels, polarities and steps is active, each with 1 to 6 events at random.
 *
 * @param density from 0 to 1.
 *
 * @example
 * ```ts
 * import { randomModel, sparseClip } from 'saccade';
 * const clip = sparseClip(randomModel({ steps: 2, height: 8, width: 8 }).network, 0.1, 1);
 * console.log(clip.counts.length); // 256
 * ```
 */
export function sparseClip({ input, steps }: NetworkDescription, density: number, seed: number): FrameClip {
  const { height, width, maxCount } = input;
  const random = new SeededRandom(seed);
  const most = Math.min(MOST_EVENTS, maxCount);
  const counts = Uint8Array.from({ length: steps * inputLength(input) }, () =>
    random.uniform() < density ? 1 + random.integer(most) : 0,
  );
  const events = counts.reduce((sum, count) => sum + count, 0);
  return { steps, geometry: { width, height }, counts, events, saturated: 0, outside: 0 };
}

/**
 * The same model with other thresholds: layer after layer, each channel and step gets the integer threshold at which
 * the wanted share of its neurons fires on the clip (Eq. 7); a LIF gets a bias per channel instead. What rounding and
 * ties of one channel leave over, the next one makes good: over all steps an MFP layer is at most half a map of one
 * channel off.
 *
 * @param rate wanted share of firing neurons, from 0 to 1.
 * @throws InferenceError for a clip of another geometry or step count.
 *
 * @example
 * ```ts
 * import { calibrateThresholds, createOracleEngine, randomModel, sparseClip } from 'saccade';
 * const model = randomModel({ steps: 2, height: 16, width: 16, stack: [8, 'AP2', 8] });
 * const clip = sparseClip(model.network, 0.1, 1);
 * const engine = createOracleEngine(calibrateThresholds(model, clip, 0.1));
 * const [first] = (await engine.runClip(clip)).steps;
 * console.log(first?.spikes.map((spikes, i) => spikes / [2048, 512][i]!)); // [0.1, 0.1], or nearly so
 * ```
 */
export function calibrateThresholds<Input extends ModelInput>(
  model: Model<Input>,
  clip: FrameClip,
  rate: number,
): Model<Input> {
  checkFits(model, clip);
  const { counts } = clip;
  const frame = counts.length / clip.steps;
  const input: readonly StepValues[] = Array.from({ length: clip.steps }, (_, t) =>
    toNetworkInput(counts.subarray(t * frame, (t + 1) * frame), model.network.input),
  );
  const layers: PackedLayer[] = [];
  walkGraph(model.layers, input, (layer, inputs) => {
    const own = layerKindOf(layer.spec).spiking ? calibrateLayer(layer, inputs, rate) : layer;
    layers.push(own);
    return run(own, inputs);
  });
  return { ...model, layers, training: { ...model.training, calibratedRate: rate } };
}

function run(layer: PackedLayer, inputs: Inputs<readonly StepValues[]>): StepValues[] {
  return layerKindOf(layer.spec).createRunner(layer, 'exact').clip(inputs);
}

/** The thresholds of a layer: what they range over, and the layer that has others. */
interface ThresholdTable {
  /** By channel: 1, or -1 where a current below the threshold fires. */
  readonly directions: Int8Array;
  /** Thresholds of a channel: one per step, or one for all. */
  readonly rows: number;
  /** Where nothing fires, and where as much fires as can, in direction 1. */
  readonly silent: number;
  readonly busy: number;
  apply(threshold: Int32Array): PackedLayer;
}

function mfpTable(layer: PackedLayer): ThresholdTable {
  const { steps } = layer.context;
  const directions = Int8Array.from(tensorData(layer, 'flip', 'U8'), (flip) => (flip === 1 ? -1 : 1));
  const rowSum = largestRowSum(tensorData(layer, 'mixing', 'I32'), steps);
  const outOfReach = Math.min(EXACT_FLOAT32_BOUND, layer.input.bound * rowSum + 1);
  return {
    directions,
    rows: steps,
    silent: outOfReach,
    busy: -outOfReach,
    apply: (threshold) => withThresholds(layer, threshold, directions),
  };
}

/**
 * A LIF layer is calibrated by its bias, against the threshold that it has: a membrane is positive where it fires, so a
 * threshold alone could not make it fire at any rate. The bias has the room that currents leave below 2^24.
 */
function lifTable(layer: PackedLayer): ThresholdTable {
  const { decay } = layer.spec as LifSpec;
  const scale = tensorData(layer, 'scale', 'I32');
  const largestScale = scale.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const room = Math.floor((EXACT_FLOAT32_BOUND - 1) * (1 - decay) - 1) - largestScale * layer.input.bound;
  return {
    directions: new Int8Array(scale.length).fill(1),
    rows: 1,
    silent: room,
    busy: -room,
    apply(threshold) {
      const bias: NamedTensor = {
        dtype: 'I32',
        shape: [scale.length],
        data: threshold.map((value) => -value),
      };
      return { ...layer, tensors: { ...layer.tensors, bias } };
    },
  };
}

function calibrateLayer(
  layer: PackedLayer,
  inputs: Inputs<readonly StepValues[]>,
  rate: number,
): PackedLayer {
  const [height, width] = layer.output.shape;
  const table = layer.spec.kind === 'lif' ? lifTable(layer) : mfpTable(layer);
  const wanted = (rate * height * width * layer.context.steps) / table.rows;
  const { silent, silentCounts, busy, busyCounts } = bracket(table, inputs, wanted);
  // Between two neighbouring thresholds the rate jumps over the wanted one; take the nearer side.
  let owed = 0;
  const threshold = silent.map((quiet, i) => {
    owed += wanted;
    const takeBusy = Math.abs(busyCounts[i]! - owed) < Math.abs(silentCounts[i]! - owed);
    owed -= takeBusy ? busyCounts[i]! : silentCounts[i]!;
    return takeBusy ? busy[i]! : quiet;
  });
  return table.apply(threshold);
}

/** Thresholds on either side of the wanted number of spikes, and the numbers they give. */
interface Bracket {
  readonly silent: Int32Array;
  readonly silentCounts: Float64Array;
  readonly busy: Int32Array;
  readonly busyCounts: Float64Array;
}

/** Bisects all thresholds of a layer at once; its own arithmetic says how many neurons fire. */
function bracket(table: ThresholdTable, inputs: Inputs<readonly StepValues[]>, wanted: number): Bracket {
  const channels = table.directions.length;
  const all = (threshold: number): Int32Array =>
    Int32Array.from({ length: table.rows * channels }, (_, i) => threshold * table.directions[i % channels]!);
  const counted = (threshold: Int32Array): Float64Array =>
    spikesByChannel(run(table.apply(threshold), inputs), channels, table.rows);
  const silent = all(table.silent);
  const busy = all(table.busy);
  const silentCounts = new Float64Array(silent.length);
  const busyCounts = counted(busy);
  while (silent.some((quiet, i) => Math.abs(quiet - busy[i]!) > 1)) {
    const middle = silent.map((quiet, i) => Math.trunc((quiet + busy[i]!) / 2));
    counted(middle).forEach((count, i) => {
      const isBusy = count > wanted;
      (isBusy ? busy : silent)[i] = middle[i]!;
      (isBusy ? busyCounts : silentCounts)[i] = count;
    });
  }
  return { silent, silentCounts, busy, busyCounts };
}

/** `[rows, channels]`: of each step, or of all steps together. */
function spikesByChannel(steps: readonly StepValues[], channels: number, rows: number): Float64Array {
  const counts = new Float64Array(rows * channels);
  steps.forEach((spikes, t) => {
    const row = (t % rows) * channels;
    for (let i = 0, c = 0; i < spikes.length; i++) {
      counts[row + c]! += spikes[i]!;
      if (++c === channels) c = 0;
    }
  });
  return counts;
}

/** All tensors of the layer that say where it fires, in agreement with each other. */
function withThresholds(layer: PackedLayer, threshold: Int32Array, directions: Int8Array): PackedLayer {
  const { steps } = layer.context;
  const channels = directions.length;
  // The float32 rule `gain * A + offset >= voltage` with whole numbers: exact, and equal to `A >= threshold`.
  const gain = Float32Array.from(directions);
  const offset = Float32Array.from(threshold, (value, i) => -directions[i % channels]! * value);
  const own: Record<string, NamedTensor> = {
    gain: { dtype: 'F32', shape: [channels], data: gain },
    offset: { dtype: 'F32', shape: [steps, channels], data: offset },
    voltage: { dtype: 'F32', shape: [steps], data: new Float32Array(steps) },
    threshold: { dtype: 'I32', shape: [steps, channels], data: threshold },
    eq9Threshold: {
      dtype: 'I32',
      shape: [steps, channels],
      data: eq9Table(tensorData(layer, 'mixing', 'I32'), threshold, directions),
    },
  };
  return { ...layer, tensors: { ...layer.tensors, ...own } };
}

/** Eq. 9's row-sum reading of a table: the currents that hold every step's accumulator at its threshold. */
function eq9Table(mixing: Int32Array, threshold: Int32Array, directions: Int8Array): Int32Array {
  const channels = directions.length;
  const steps = threshold.length / channels;
  const table = new Int32Array(threshold.length);
  directions.forEach((direction, c) => {
    const column = Float64Array.from({ length: steps }, (_, t) => threshold[t * channels + c]!);
    eq9Thresholds(mixing, column).forEach((theta, t) => {
      const whole = direction < 0 ? Math.floor(theta) : Math.ceil(theta);
      table[t * channels + c] = Math.max(-EXACT_FLOAT32_BOUND, Math.min(EXACT_FLOAT32_BOUND, whole));
    });
  });
  return table;
}
