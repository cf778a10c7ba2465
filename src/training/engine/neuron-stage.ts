/** Neurons behind their batch norm: currents in, spikes out. */
import { layerKindOf, NORM_EPSILON, type LayerNode } from '../../network/index.ts';
import { layerFiring } from '../firing.ts';
import type { LayerFiring } from '../plan.ts';
import type { NeuronRule, RowBand } from './neuron-rule.ts';
import type { CurrentsSource, MapPlace, PlanContext, RunContext, Stage } from './stage.ts';

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

/** Some rows of one sample. */
interface NeuronUnit {
  readonly index: number;
  /** The sample's first. */
  readonly frame: number;
  readonly rows: RowBand;
}

/** Neuron-steps of a task: some hundred microseconds. */
const BAND_VALUES = 2 ** 16;

/** Rows in bands. @param values neuron-steps of a row. */
function rowBands(height: number, values: number): RowBand[] {
  const rows = Math.max(1, Math.round(BAND_VALUES / values));
  return Array.from({ length: Math.ceil(height / rows) }, (_, band) => ({
    first: band * rows,
    end: Math.min(height, (band + 1) * rows),
  }));
}

/** See the file comment. */
export class NeuronStage implements Stage {
  readonly #node: LayerNode;
  readonly #source: CurrentsSource;
  readonly #output: MapPlace;
  readonly #plan: PlanContext;
  readonly #rule: NeuronRule;
  readonly #at: Readonly<Record<'statistics' | 'sums' | 'affine', number>>;
  readonly #sumCount: number;
  /** Rows that a task takes: sums are of a band of one sample, whoever makes them. */
  readonly #bands: readonly RowBand[];
  #samples = 0;
  #run!: RunContext;
  #statistics!: Statistics;

  constructor(
    node: LayerNode,
    rule: NeuronRule,
    source: CurrentsSource,
    output: MapPlace,
    plan: PlanContext,
  ) {
    const { layout, samples, steps } = plan;
    const { stride, height, width } = source.currents;
    this.#node = node;
    this.#rule = rule;
    this.#source = source;
    this.#output = output;
    this.#plan = plan;
    this.#sumCount = rule.ownSums + 2 * stride;
    this.#bands = rowBands(height, width * stride * steps);
    const units = samples * this.#bands.length;
    this.#at = {
      statistics: layout.reserve(8 * 2 * stride * units),
      sums: layout.reserve(8 * this.#sumCount * units),
      affine: layout.reserve(4 * 3 * stride),
    };
  }

  get id(): string {
    return this.#node.spec.id;
  }

  start(run: RunContext): void {
    this.#run = run;
    this.#rule.start(run);
  }

  async forward(samples: number): Promise<void> {
    const { parameters } = this.#plan;
    this.#samples = samples;
    this.#statistics = await this.#batchStatistics(samples);
    this.#rule.write({ ...parameters.small(this.id), ...this.#statistics }, this.#source.scale);
    this.#eachBand(samples, ({ frame, rows }) => {
      const x = this.#source.currents.address + frame * this.#source.currents.bytes;
      this.#rule.fire(x, this.#output.address + frame * this.#output.bytes, rows);
    });
  }

  #eachBand(samples: number, make: (unit: NeuronUnit) => void): void {
    this.#run.crew.each(samples * this.#bands.length, (index) => {
      const sample = Math.floor(index / this.#bands.length);
      make({ index, frame: sample * this.#plan.steps, rows: this.#bands[index % this.#bands.length]! });
    });
  }

  /** The sum over all units, in their order. */
  #total(address: number, count: number, samples: number): Float64Array {
    const total = new Float64Array(count);
    for (let unit = 0; unit < samples * this.#bands.length; unit++) {
      const own = this.#run.space.doubles(address + 8 * count * unit, count);
      for (let i = 0; i < count; i++) total[i]! += own[i]!;
    }
    return total;
  }

  /** A copy of what the last forward pass made. */
  activity(): LayerActivity {
    const { address, bytes, channels, stride } = this.#output;
    const map = this.#run.space.u8.subarray(address, address + this.#samples * this.#plan.steps * bytes);
    return { ...this.#statistics, spikes: map.filter((_, i) => i % stride < channels) };
  }

  /** How much it fired in the last batch. */
  firing(): LayerFiring {
    const { address, bytes, channels, stride } = this.#output;
    const frames = this.#samples * this.#plan.steps;
    const map = this.#run.space.u8.subarray(address, address + frames * bytes);
    const counts = new Uint32Array(stride);
    for (let at = 0; at < map.length; at += stride) {
      for (let c = 0; c < stride; c++) counts[c]! += map[at + c]!;
    }
    return layerFiring(this.id, counts.subarray(0, channels), map.length / stride);
  }

  /** Moves the running statistics towards the batch's. */
  recordStatistics(): void {
    const { mean, variance } = this.#statistics;
    this.#plan.parameters.recordStatistics(this.id, mean, variance);
  }

  /** Exact but for the rounding of a row's sum of squares; the units' sums are added in their order. */
  async #batchStatistics(samples: number): Promise<Statistics> {
    const { crew } = this.#run;
    const { steps } = this.#plan;
    const { address, bytes, width, channels, stride } = this.#source.currents;
    const count = 2 * stride;
    crew.barrier();
    this.#eachBand(samples, ({ index, frame, rows: { first, end } }) => {
      const x = address + frame * bytes + 4 * first * width * stride;
      const at = this.#at.statistics + 8 * count * index;
      crew.call('addStatistics', x, steps, bytes, end - first, width, stride, at);
    });
    await crew.done();
    const total = this.#total(this.#at.statistics, count, samples);
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

  async backward(samples: number): Promise<void> {
    const { crew } = this.#run;
    const { steps, rooms } = this.#plan;
    const { address, bytes, gradientBytes, height, width, stride } = this.#source.currents;
    const [dSpikes, dDrive] = [rooms.at(this.#output.gradient!), rooms.at('currents')];
    const count = this.#sumCount;
    crew.barrier();
    this.#eachBand(samples, ({ index, frame, rows }) => {
      const x = address + frame * bytes;
      const [from, to] = [dSpikes + frame * bytes, dDrive + frame * gradientBytes];
      this.#rule.driveGradient(x, from, to, this.#at.sums + 8 * count * index, rows);
    });
    await crew.done();
    this.#parameterGradients(this.#total(this.#at.sums, count, samples), samples);
    crew.each(samples * steps, (frame) => {
      const [x, to] = [address + frame * bytes, dDrive + frame * gradientBytes];
      crew.call('currentGradient', x, to, height * width, stride, this.#at.affine);
    });
  }

  /**
   * From the sums to the gradients of the neuron's parameters, and to the affine map that is batch norm's gradient: with slope
   * s / sqrt(s² variance + eps) and x̂ = slope (x - mean), dx = gamma slope (du - mean(du) - x̂ mean(du x̂)).
   */
  #parameterGradients(sums: Float64Array, samples: number): void {
    const { parameters } = this.#plan;
    const { ownSums } = this.#rule;
    const { channels, stride } = this.#source.currents;
    const { id } = this;
    const { mean, variance } = this.#statistics;
    const own = parameters.small(id);
    const ownGradients = this.#rule.gradients(own, sums.subarray(0, ownSums));
    for (const [name, values] of Object.entries(ownGradients)) parameters.addGradient(id, name, values);
    const rows = this.#rows(samples);
    const gamma = new Float32Array(channels);
    const beta = new Float32Array(channels);
    const affine = this.#run.space.floats(this.#at.affine, 3 * stride);
    for (let c = 0; c < channels; c++) {
      const scale = this.#source.scale[c]!;
      const slope = scale / Math.sqrt(scale * scale * variance[c]! + NORM_EPSILON);
      const sum = sums[ownSums + c]!;
      const onHat = slope * (sums[ownSums + stride + c]! - mean[c]! * sum);
      gamma[c] = onHat;
      beta[c] = sum;
      const onDrive = own['gamma']![c]! * slope;
      const onCurrent = (-onDrive * slope * onHat) / rows;
      affine[c] = onDrive;
      affine[stride + c] = onCurrent;
      affine[2 * stride + c] = -(onDrive * sum) / rows - onCurrent * mean[c]!;
    }
    parameters.addGradient(id, 'gamma', gamma);
    parameters.addGradient(id, 'beta', beta);
  }

  /** Keeps the parameters in the range where the integer arithmetic is exact. */
  project(): void {
    const { id } = this;
    const projected =
      layerKindOf(this.#node.spec).project?.(this.#node, this.#plan.parameters.small(id)) ?? {};
    for (const [name, values] of Object.entries(projected)) this.#plan.parameters.set(id, name, values);
  }
}
