/** A convolution's weights in the forms that its products need, and the way back from the gradient of those to their own. */
import { binaryScale, codeStep } from '../../network/index.ts';
import type { EdeSlope } from '../schedule.ts';
import { outputRowBytes, packOutputRows } from './counted-currents.ts';
import { lookUpIndexBytes, packLookUpIndex } from './input-look-up.ts';
import type { ParameterPlace } from './parameters.ts';
import { channelBands, type PlanContext, type RunContext } from './stage.ts';

/** A layer's weights, and which forms of them are read. */
export interface WeightForm {
  readonly binary: boolean;
  readonly channels: number;
  /** Channels, filled up. */
  readonly stride: number;
  /** Whether products read float32 rows, rows of bits, and offsets of signed sums. */
  readonly rows: boolean;
  readonly bits: boolean;
  readonly index: boolean;
}

/** What kernels read; 0 where nobody reads it. */
export interface WeightForms {
  /** 1-bit weights as int16 -1 and +1, `[rows, stride]`. */
  readonly signs: number;
  /** Weights or codes as float32, in the same order. */
  readonly rows: number;
  /** Signs as rows of bits over the channels. */
  readonly bits: number;
  /** Offsets of signed sums of each four channels. */
  readonly index: number;
}

/** See the file comment. */
export class ConvWeights {
  readonly at: WeightForms;
  /** Real value of the code 1 of each channel, `[channels]`. */
  readonly alpha: Float64Array;
  readonly #binary: boolean;
  readonly #place: ParameterPlace & { readonly value: number; readonly gradient: number };
  readonly #stride: number;
  readonly #plan: Pick<PlanContext, 'rooms'>;
  readonly #columns: number;
  readonly #scales: number;
  readonly #bands: ReturnType<typeof channelBands>;
  #run!: RunContext;

  /** @param id of the layer. */
  constructor(
    id: string,
    { binary, channels, stride, rows, bits, index }: WeightForm,
    plan: Pick<PlanContext, 'layout' | 'rooms' | 'parameters'>,
  ) {
    const { layout, rooms, parameters } = plan;
    const place = parameters.place(id, 'weight');
    const count = place.rows * stride;
    const only = (needed: boolean, bytes: number): number => (needed ? layout.reserve(bytes) : 0);
    this.at = {
      signs: only(binary, 2 * count),
      rows: only(rows, 4 * count),
      bits: only(bits, place.rows * outputRowBytes(stride)),
      index: only(index, lookUpIndexBytes(place.rows, stride)),
    };
    this.alpha = new Float64Array(channels);
    this.#binary = binary;
    this.#place = place;
    this.#stride = stride;
    this.#plan = plan;
    this.#columns = only(binary, 2 * 8 * stride);
    this.#scales = only(binary, 2 * 4 * stride);
    this.#bands = channelBands(stride, rooms.threads);
    rooms.needOwn('spare', 16);
  }

  /** Rows of weights: taps * input channels. */
  get rows(): number {
    return this.#place.rows;
  }

  /** Address of the weights' gradient, and of the codes' before {@link ConvWeights.latentGradient}. */
  get gradient(): number {
    return this.#place.gradient;
  }

  start(run: RunContext): void {
    this.#run = run;
  }

  // Signs and scales as `binariseWeights` makes them, and what the gradients need of them; codes as `quantise8` makes them.
  // The crew is to be done between the first three of these.

  sum(): void {
    if (!this.#binary) return;
    const { value, rows } = this.#place;
    this.#eachBand((first, end) => {
      this.#run.crew.call('sumColumns', value, rows, this.#stride, first, end, this.#columns);
    });
  }

  centre(): void {
    if (!this.#binary) return;
    const { value, rows } = this.#place;
    const [stride, scales] = [this.#stride, this.#scales];
    const sums = this.#run.space.doubles(this.#columns, stride);
    const centres = this.#run.space.floats(scales, stride);
    for (let c = 0; c < stride; c++) centres[c] = sums[c]! / rows;
    this.#eachBand((first, end) => {
      const { signs } = this.at;
      this.#run.crew.call('centre', value, rows, stride, first, end, scales, signs, this.#columns);
    });
  }

  settle(): void {
    const { kernel, space } = this.#run;
    const { value, rows } = this.#place;
    const stride = this.#stride;
    const { signs, rows: floats } = this.at;
    if (!this.#binary) {
      const step = codeStep(kernel.largest(value, rows * stride));
      kernel.quantise(value, rows * stride, step, floats);
      this.alpha.fill(step);
      return;
    }
    const sums = space.doubles(this.#columns, 2 * stride);
    const inverse = space.floats(this.#scales + 4 * stride, stride);
    for (let c = 0; c < stride; c++) {
      const { deviation, alpha } = binaryScale(sums[c]!, sums[stride + c]!, rows);
      inverse[c] = 1 / deviation;
      if (c < this.alpha.length) this.alpha[c] = alpha;
    }
    if (floats !== 0)
      space.floats(floats, rows * stride).set(new Int16Array(space.memory.buffer, signs, rows * stride));
  }

  pack(): void {
    const { crew } = this.#run;
    const { signs, bits, index } = this.at;
    const { rows } = this.#place;
    if (bits !== 0) packOutputRows(crew, signs, rows, this.#stride, bits);
    if (index !== 0) packLookUpIndex(crew, signs, rows, this.#stride, index);
  }

  /** From the gradient of the codes to that of the weights. */
  latentGradient({ t, k }: EdeSlope): void {
    if (!this.#binary) return;
    const { crew } = this.#run;
    const { gradient, value, rows } = this.#place;
    const spare = this.#plan.rooms.own('spare');
    const fan = Math.max(1, rows - 1);
    this.#eachBand((first, end) => {
      const at = [gradient, value, rows, this.#stride, first, end, this.#scales] as const;
      crew.call('signGradient', ...at, t, k, fan, this.#columns, spare);
    });
  }

  /** The same for 8-bit codes, when the crew is done: a code is round(weight / alpha). */
  straightThrough(): void {
    if (this.#binary) return;
    const values = this.#run.space.floats(this.#place.gradient, this.#place.rows * this.#stride);
    const perCode = 1 / this.alpha[0]!;
    for (let i = 0; i < values.length; i++) values[i]! *= perCode;
  }

  #eachBand(make: (first: number, end: number) => void): void {
    this.#run.crew.each(this.#bands.length, (band) => {
      const { first, end } = this.#bands[band]!;
      make(first, end);
    });
  }
}
