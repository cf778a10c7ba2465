/** MFP neurons behind their batch norm: currents in, spikes out. */
import {
  firingRule,
  layerKindOf,
  NORM_EPSILON,
  usedTaps,
  type FiringRule,
  type MfpNode,
} from '../../network/index.ts';
import { mixingGradient } from './mixing-gradient.ts';
import type { ConvStage } from './conv-stage.ts';
import type { MapPlace, PlanContext, RunContext, Stage } from './stage.ts';

/** The block in the order of kernels/training/neurons.ts. */
const FIELDS = [
  'steps',
  'height',
  'width',
  'channels',
  'reach',
  'mixing',
  'matrix',
  'gain',
  'offset',
  'voltage',
  'factor',
  'driveGain',
  'driveBias',
  'scratch',
] as const;

/** Batch statistics of the integer currents, `[channels]` each. */
interface Statistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** What a neuron layer did in a batch. */
export interface LayerActivity extends Statistics {
  /** 0 and 1, `[samples, T, height, width, channels]`. */
  readonly spikes: Uint8Array;
}

/** Steps that M reaches over, this one included. */
function reachOf(node: MfpNode): number {
  if (node.spec.structure === 'diagonal') return 1;
  return node.spec.structure === 'sliding' ? usedTaps(node) : node.context.steps;
}

/** See the file comment. */
export class NeuronStage implements Stage {
  readonly #node: MfpNode;
  readonly #source: ConvStage;
  readonly #output: MapPlace;
  readonly #plan: PlanContext;
  readonly #at: Readonly<
    Record<'block' | 'statistics' | 'sums' | 'affine' | Exclude<(typeof FIELDS)[number], 'scratch'>, number>
  >;
  readonly #sumCount: number;
  #samples = 0;
  #run!: RunContext;
  #rule!: FiringRule;
  #statistics!: Statistics;

  constructor(node: MfpNode, source: ConvStage, output: MapPlace, plan: PlanContext) {
    const { layout, rooms, steps, samples } = plan;
    const { stride } = source.currents;
    this.#node = node;
    this.#source = source;
    this.#output = output;
    this.#plan = plan;
    this.#sumCount = 4 * steps * steps + 2 * stride;
    const vectors = (count: number): number => layout.reserve(16 * count);
    const perChannel = (count: number): number => layout.reserve(4 * stride * count);
    this.#at = {
      block: layout.reserve(4 * FIELDS.length),
      statistics: layout.reserve(8 * 2 * stride * samples),
      sums: layout.reserve(8 * this.#sumCount * samples),
      affine: perChannel(3),
      steps: 0,
      height: 0,
      width: 0,
      channels: 0,
      reach: 0,
      mixing: vectors(steps * steps),
      matrix: vectors(steps * steps),
      gain: perChannel(1),
      offset: perChannel(steps),
      voltage: vectors(steps),
      factor: vectors(steps),
      driveGain: perChannel(1),
      driveBias: perChannel(1),
    };
    rooms.need('neurons', 16 * (8 * steps + steps * steps) + 8 * stride);
  }

  get id(): string {
    return this.#node.spec.id;
  }

  start(run: RunContext): void {
    this.#run = run;
    const { height, width, stride } = this.#source.currents;
    const values = {
      ...this.#at,
      steps: this.#plan.steps,
      height,
      width,
      channels: stride,
      reach: reachOf(this.#node),
      scratch: this.#plan.rooms.at('neurons'),
    };
    run.space.words(this.#at.block, FIELDS.length).set(FIELDS.map((field) => values[field]));
  }

  forward(samples: number): void {
    const { kernel } = this.#run;
    const { steps } = this.#plan;
    const { address, bytes } = this.#source.currents;
    this.#samples = samples;
    this.#statistics = this.#batchStatistics(samples);
    this.#writeRule();
    for (let sample = 0; sample < samples; sample++) {
      const x = address + sample * steps * bytes;
      kernel.fire(this.#at.block, x, this.#output.address + sample * steps * this.#output.bytes);
    }
  }

  /** A copy of what the last forward pass made. */
  activity(): LayerActivity {
    const { address, bytes, channels, stride } = this.#output;
    const map = this.#run.space.u8.subarray(address, address + this.#samples * this.#plan.steps * bytes);
    return { ...this.#statistics, spikes: map.filter((_, i) => i % stride < channels) };
  }

  /** Moves the running statistics towards the batch's. */
  recordStatistics(): void {
    const { mean, variance } = this.#statistics;
    this.#plan.parameters.recordStatistics(this.id, mean, variance);
  }

  /** Exact but for the rounding of a row's sum of squares; the samples' sums are added in their order. */
  #batchStatistics(samples: number): Statistics {
    const { kernel, space } = this.#run;
    const { steps } = this.#plan;
    const { address, bytes, height, width, channels, stride } = this.#source.currents;
    const count = 2 * stride;
    const total = new Float64Array(count);
    for (let sample = 0; sample < samples; sample++) {
      const at = this.#at.statistics + 8 * count * sample;
      space.doubles(at, count).fill(0);
      for (let t = 0; t < steps; t++) {
        kernel.addStatistics(address + (sample * steps + t) * bytes, height, width, stride, at);
      }
      space.doubles(at, count).forEach((sum, i) => (total[i]! += sum));
    }
    const rows = this.#rows(samples);
    const mean = new Float32Array(channels);
    const variance = new Float32Array(channels);
    for (let c = 0; c < channels; c++) {
      const average = total[c]! / rows;
      mean[c] = average;
      variance[c] = Math.max(0, total[stride + c]! / rows - average * average);
    }
    return { mean, variance };
  }

  /** Numbers of a channel in a batch. */
  #rows(samples: number): number {
    const { height, width } = this.#source.currents;
    return samples * this.#plan.steps * height * width;
  }

  #writeRule(): void {
    const { space } = this.#run;
    const { steps, parameters } = this.#plan;
    const { channels, stride } = this.#source.currents;
    const { thresholdVoltage } = this.#node.context;
    const own = { ...parameters.small(this.id), ...this.#statistics };
    const rule = firingRule(this.#node, own, { scale: this.#source.scale });
    this.#rule = rule;
    const fourTimes = (at: number, values: ArrayLike<number>): void => {
      const to = space.floats(at, 4 * values.length);
      for (let i = 0; i < to.length; i++) to[i] = values[i >> 2]!;
    };
    fourTimes(this.#at.mixing, rule.fixed.mixing);
    fourTimes(this.#at.matrix, rule.fixed.matrix);
    fourTimes(this.#at.voltage, rule.voltage);
    fourTimes(
      this.#at.factor,
      rule.fixed.voltage.map((voltage) => thresholdVoltage / voltage),
    );
    space.floats(this.#at.gain, channels).set(rule.gain);
    space.floats(this.#at.driveGain, channels).set(rule.norm.gain);
    space.floats(this.#at.driveBias, channels).set(rule.norm.bias);
    for (let t = 0; t < steps; t++) {
      const row = rule.offset.subarray(t * channels, (t + 1) * channels);
      space.floats(this.#at.offset + 4 * stride * t, channels).set(row);
    }
  }

  backward(samples: number): void {
    const { kernel, space } = this.#run;
    const { steps, rooms } = this.#plan;
    const { address, bytes, gradientBytes, height, width, stride } = this.#source.currents;
    const [dSpikes, dDrive] = [rooms.at(this.#output.gradient!), rooms.at('currents')];
    const count = this.#sumCount;
    const total = new Float64Array(count);
    for (let sample = 0; sample < samples; sample++) {
      const sums = this.#at.sums + 8 * count * sample;
      space.doubles(sums, count).fill(0);
      const frame = sample * steps;
      const [x, from, to] = [
        address + frame * bytes,
        dSpikes + frame * bytes,
        dDrive + frame * gradientBytes,
      ];
      kernel.driveGradient(this.#at.block, x, from, to, sums);
      space.doubles(sums, count).forEach((sum, i) => (total[i]! += sum));
    }
    this.#parameterGradients(total, samples);
    for (let frame = 0; frame < samples * steps; frame++) {
      const [x, to] = [address + frame * bytes, dDrive + frame * gradientBytes];
      kernel.currentGradient(x, to, height * width, stride, this.#at.affine);
    }
  }

  /**
   * From the sums to the gradients of M, gamma and beta, and to the affine map that is batch norm's gradient: with slope
   * s / sqrt(s² variance + eps) and x̂ = slope (x - mean), dx = gamma slope (du - mean(du) - x̂ mean(du x̂)).
   */
  #parameterGradients(sums: Float64Array, samples: number): void {
    const { steps, parameters } = this.#plan;
    const { channels, stride } = this.#source.currents;
    const { id } = this;
    const { mean, variance } = this.#statistics;
    const own = parameters.small(id);
    const matrix = Float64Array.from({ length: steps * steps }, (_, i) =>
      sums.subarray(4 * i, 4 * i + 4).reduce((sum, lane) => sum + lane, 0),
    );
    for (const [name, values] of Object.entries(mixingGradient(this.#node, this.#rule.fixed, own, matrix))) {
      parameters.setGradient(id, name, values);
    }
    const rows = this.#rows(samples);
    const gamma = new Float32Array(channels);
    const beta = new Float32Array(channels);
    const affine = this.#run.space.floats(this.#at.affine, 3 * stride);
    for (let c = 0; c < channels; c++) {
      const scale = this.#source.scale[c]!;
      const slope = scale / Math.sqrt(scale * scale * variance[c]! + NORM_EPSILON);
      const sum = sums[4 * steps * steps + c]!;
      const onHat = slope * (sums[4 * steps * steps + stride + c]! - mean[c]! * sum);
      gamma[c] = onHat;
      beta[c] = sum;
      const onDrive = own['gamma']![c]! * slope;
      const onCurrent = (-onDrive * slope * onHat) / rows;
      affine[c] = onDrive;
      affine[stride + c] = onCurrent;
      affine[2 * stride + c] = -(onDrive * sum) / rows - onCurrent * mean[c]!;
    }
    parameters.setGradient(id, 'gamma', gamma);
    parameters.setGradient(id, 'beta', beta);
  }

  /** Keeps the parameters in the range where the integer arithmetic is exact. */
  project(): void {
    const { id } = this;
    const projected =
      layerKindOf(this.#node.spec).project?.(this.#node, this.#plan.parameters.small(id)) ?? {};
    for (const [name, values] of Object.entries(projected)) this.#plan.parameters.set(id, name, values);
  }
}
