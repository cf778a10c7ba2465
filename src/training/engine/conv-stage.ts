/** Convolutions with 1-bit or 8-bit weights, and the read-out, which is one whose kernel is the whole map. */
import { binaryScale, codeStep } from '../../network/index.ts';
import type { EdeSlope } from '../schedule.ts';
import {
  CONV_WORDS,
  convBlock,
  geometryOf,
  reachTable,
  type ConvNode,
  type Geometry,
} from './conv-geometry.ts';
import { CountedCurrents } from './counted-currents.ts';
import { CountedProducts } from './counted-products.ts';
import { GradientRounding, type Alpha, type RoundingReport } from './gradient-rounding.ts';
import type { ParameterPlace } from './parameters.ts';
import { padded } from './space.ts';
import { InputLookUp } from './input-look-up.ts';
import {
  wholeEights,
  type CurrentsPlace,
  type MapPlace,
  type PlanContext,
  type RunContext,
  type Stage,
} from './stage.ts';

/** Spikes of a sum stand so often in a list; larger values stand beside their channel. */
const MOST_REPEATED = 4;
const INT16_BOUND = 32_767;

/** See the file comment. */
export class ConvStage implements Stage {
  readonly currents: CurrentsPlace;
  /** Real value of the integer 1 of each channel, of the weights in hand. */
  readonly scale: Float64Array;
  readonly #node: ConvNode;
  readonly #geometry: Geometry;
  readonly #input: MapPlace;
  readonly #plan: PlanContext;
  readonly #weight: ParameterPlace & { readonly value: number; readonly gradient: number };
  /** Whether inputs stand in lists as often as they count, and rows of int16 are added. */
  readonly #counted: boolean;
  readonly #at: Readonly<
    Record<'block' | 'rows' | 'signs' | 'centred' | 'reach' | 'columns' | 'inverse', number>
  >;
  readonly #alpha: Float64Array;
  /** Rounds the gradient at the currents, where they are of 1-bit weights on spikes. */
  readonly #rounding: GradientRounding | null;
  readonly #products: CountedProducts | null;
  readonly #counters: CountedCurrents | null;
  readonly #lookUp: InputLookUp | null;
  #run!: RunContext;

  constructor(node: ConvNode, input: MapPlace, plan: PlanContext, place: number) {
    const { layout, rooms, parameters } = plan;
    const geometry = geometryOf(node);
    const [height, width, channels] = node.output.shape;
    const stride = padded(channels);
    const frames = plan.samples * plan.steps;
    const row = 4 * stride;
    const bytes = height * width * row;
    const pixels = input.height * input.width;
    const weight = parameters.place(node.spec.id, 'weight');
    const count = weight.rows * stride;
    const binary = geometry.weights === 'binary';
    this.#node = node;
    this.#geometry = geometry;
    this.#input = input;
    this.#plan = plan;
    this.#weight = weight;
    this.#counted =
      binary && input.bound <= MOST_REPEATED && node.output.bound <= INT16_BOUND && input.stride % 8 === 0;
    this.scale = new Float64Array(channels);
    this.#alpha = new Float64Array(channels);
    const back = input.gradient !== null;
    this.currents = {
      address: layout.reserve(frames * bytes),
      height,
      width,
      channels,
      stride,
      bytes,
      gradientBytes: bytes + row,
    };
    const many = this.#counted && CountedCurrents.suits(this.currents);
    this.#counters = many ? new CountedCurrents(geometry, input, this.currents, plan) : null;
    const rounded = binary && back && plan.rounding !== null;
    this.#rounding = rounded ? new GradientRounding(node.spec.id, place, this.currents, plan) : null;
    const counters = rounded && this.#counted;
    this.#products =
      counters && CountedProducts.suits(input, this.currents, plan.rounding.countersFrom)
        ? new CountedProducts(geometry, input, this.currents, plan)
        : null;
    const lookUp = this.#products === null;
    const taps = geometry.kernel[0] * geometry.kernel[1];
    const only = (needed: boolean, size: number): number => (needed ? layout.reserve(size) : 0);
    this.#lookUp = binary && back && lookUp ? new InputLookUp(this.currents, input, weight.rows, plan) : null;
    this.#at = {
      block: layout.reserve(64),
      rows: only(!this.#counted, 4 * count),
      signs: only(binary, 2 * count),
      centred: only(binary, 4 * count),
      reach: only(this.#counted && lookUp, 4 * taps * pixels),
      columns: only(binary, 2 * 8 * stride),
      inverse: only(binary, 4 * stride),
    };
    const entryBytes = this.#counted ? 4 * input.bound : 8;
    rooms.need('starts', 4 * (pixels + 1));
    rooms.need('entries', entryBytes * pixels * input.stride);
    rooms.need('currents', wholeEights(frames) * (bytes + row));
    if (rounded && this.#counted && lookUp) {
      rooms.need('integers', (height * width + 1) * 2 * stride);
      rooms.need('magnitudes', 2 * stride);
    }
    if (this.#counted && lookUp) {
      rooms.need('channelStarts', 4 * (input.channels + 1));
      rooms.need('channelEntries', entryBytes * pixels * input.stride);
    }
    if (back) rooms.need(input.gradient, 4 * frames * input.bytes);
  }

  start(run: RunContext): void {
    this.#run = run;
    const { space } = run;
    space.words(this.#at.block, CONV_WORDS).set(convBlock(this.#geometry, this.#input, this.currents));
    if (this.#counted && this.#products === null) {
      const reach = reachTable(this.#geometry, this.#input, this.currents);
      space.words(this.#at.reach, reach.length).set(reach);
    }
    this.#rounding?.start(run);
    this.#products?.start(run, this.#at.block);
    this.#lookUp?.start(run);
    this.#counters?.start(run, this.#at.block);
  }

  forward(samples: number): void {
    if (this.#geometry.weights === 'binary') this.#packSigns();
    else this.#packCodes();
    const { kernel } = this.#run;
    const { address, bytes } = this.currents;
    const starts = this.#plan.rooms.at('starts');
    this.#counters?.enter(this.#at.signs);
    for (let frame = 0; frame < samples * this.#plan.steps; frame++) {
      if (this.#counters !== null) {
        this.#counters.frame(frame, address + frame * bytes);
        continue;
      }
      this.#list(frame);
      const to = address + frame * bytes;
      if (this.#counted) kernel.spikeCurrents(this.#at.block, starts, this.#at.signs, to);
      else kernel.valueCurrents(this.#at.block, starts, this.#at.rows, to);
    }
  }

  #list(frame: number): void {
    const { kernel } = this.#run;
    const { address, bytes, height, width, stride } = this.#input;
    const { rooms } = this.#plan;
    const at = [rooms.at('starts'), rooms.at('entries')] as const;
    const map = address + frame * bytes;
    if (this.#counted) kernel.listSpikes(map, height * width, stride, ...at);
    else kernel.listValues(map, height * width, stride, ...at);
  }

  /** Signs and scales as `binariseWeights` makes them, and what the gradients need of them. */
  #packSigns(): void {
    const { kernel, space } = this.#run;
    const { value, rows } = this.#weight;
    const { stride, channels } = this.currents;
    const { columns, inverse, centred, signs } = this.#at;
    const sums = space.doubles(columns, 2 * stride);
    const perChannel = space.floats(inverse, stride);
    kernel.sumColumns(value, rows, stride, columns);
    for (let c = 0; c < stride; c++) perChannel[c] = sums[c]! / rows;
    kernel.centre(value, rows, stride, inverse, centred, signs, columns);
    for (let c = 0; c < stride; c++) {
      const { deviation, alpha } = binaryScale(sums[c]!, sums[stride + c]!, rows);
      perChannel[c] = 1 / deviation;
      if (c < channels) this.#setAlpha(c, alpha);
    }
    this.#lookUp?.enter(signs);
    if (this.#counted) return;
    const floats = space.floats(this.#at.rows, rows * stride);
    floats.set(new Int16Array(space.memory.buffer, signs, rows * stride));
  }

  /** Codes as `quantise8` makes them. */
  #packCodes(): void {
    const { kernel } = this.#run;
    const { rows, value } = this.#weight;
    const count = rows * this.currents.stride;
    const alpha = codeStep(kernel.largest(value, count));
    kernel.quantise(value, count, alpha, this.#at.rows);
    for (let c = 0; c < this.scale.length; c++) this.#setAlpha(c, alpha);
  }

  #setAlpha(c: number, alpha: number): void {
    this.#alpha[c] = alpha;
    this.scale[c] = alpha * this.#node.input.unit;
  }

  /** Of the last batch that was measured; `null` where gradients are not rounded. */
  get rounding(): RoundingReport | null {
    return this.#rounding?.report ?? null;
  }

  backward(samples: number, ede: EdeSlope): void {
    if (this.#products === null) {
      this.#weightGradient(samples, this.#rounding?.round(samples) ?? null);
    } else {
      const alpha = this.#rounding!.encode(samples);
      this.#countedGradients(this.#products, samples, alpha);
    }
    this.#latentGradient(ede);
    if (this.#input.gradient === null || this.#products !== null) return;
    if (this.#lookUp !== null) this.#lookUp.gradient(samples, this.#at.block);
    else this.#inputGradient(samples);
  }

  #countedGradients(products: CountedProducts, samples: number, alpha: Alpha): void {
    products.weightGradient(samples, alpha, this.#weight.gradient);
    products.inputGradient(samples, this.#at.signs, alpha, this.#plan.rooms.at(this.#input.gradient!));
  }

  /**
   * Of the codes.
   *
   * @param alpha where the gradient at the currents is integers times it: such are added eight at a time if they fit 16 bits.
   */
  #weightGradient(samples: number, alpha: Alpha): void {
    const { kernel } = this.#run;
    const { rooms, steps } = this.#plan;
    const { gradient } = this.#weight;
    const { stride, gradientBytes } = this.currents;
    const pixels = this.currents.height * this.currents.width;
    const { block, reach } = this.#at;
    const { height, width, channels } = this.#input;
    const [starts, channelStarts] = [rooms.at('starts'), rooms.at('channelStarts')];
    for (let frame = 0; frame < samples * steps; frame++) {
      this.#list(frame);
      const g = rooms.at('currents') + frame * gradientBytes;
      if (!this.#counted) {
        kernel.valueWeightGradient(block, starts, g, gradient, 0, stride);
        continue;
      }
      kernel.listByChannel(starts, height * width, channels, channelStarts, rooms.at('channelEntries'));
      if (alpha !== null) {
        const [integers, sums] = [rooms.at('integers'), rooms.at('magnitudes')];
        const most = kernel.integerGradient(g, pixels, stride, 1 / alpha, integers, sums);
        if (most * this.#input.bound <= INT16_BOUND) {
          kernel.integerWeightGradient(block, channelStarts, reach, integers, alpha, gradient, 0, stride);
          continue;
        }
      }
      kernel.spikeWeightGradient(block, channelStarts, reach, g, gradient, 0, stride);
    }
  }

  /** From the gradient of the codes to that of the weights. */
  #latentGradient({ t, k }: EdeSlope): void {
    const { kernel, space } = this.#run;
    const { gradient, rows } = this.#weight;
    const { stride } = this.currents;
    if (this.#geometry.weights === 'binary') {
      const { centred, inverse, columns } = this.#at;
      kernel.signGradient(gradient, centred, rows, stride, inverse, t, k, Math.max(1, rows - 1), columns);
    } else {
      // Straight through: a code is round(weight / alpha).
      const values = space.floats(gradient, rows * stride);
      const perCode = 1 / this.#alpha[0]!;
      for (let i = 0; i < values.length; i++) values[i]! *= perCode;
    }
  }

  #inputGradient(samples: number): void {
    const { rooms, steps } = this.#plan;
    const { gradientBytes } = this.currents;
    const { bytes, gradient } = this.#input;
    for (let frame = 0; frame < samples * steps; frame++) {
      const g = rooms.at('currents') + frame * gradientBytes;
      this.#run.kernel.inputGradient(
        this.#at.block,
        g,
        this.#at.rows,
        rooms.at(gradient!) + 4 * frame * bytes,
      );
    }
  }
}
