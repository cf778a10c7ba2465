/** Convolutions with 1-bit or 8-bit weights, and the read-out, which is one whose kernel is the whole map. */
import { CONV_WORDS, convBlock, geometryOf, type ConvNode, type Geometry } from './conv-geometry.ts';
import type { ConvWeights } from './conv-weights.ts';
import { CountedCurrents } from './counted-currents.ts';
import { CountedProducts } from './counted-products.ts';
import { GradientRounding, type RoundingReport } from './gradient-rounding.ts';
import { InputLookUp } from './input-look-up.ts';
import { ListedGradient } from './listed-gradient.ts';
import { padded } from './space.ts';
import {
  wholeEights,
  type CurrentsPlace,
  type CurrentsSource,
  type MapPlace,
  type PlanContext,
  type RunContext,
  type Stage,
} from './stage.ts';

/** Spikes of a sum stand so often in a list; larger values stand beside their channel. */
const MOST_REPEATED = 4;
const INT16_BOUND = 32_767;

/** See the file comment. */
export class ConvStage implements Stage, CurrentsSource {
  readonly currents: CurrentsPlace;
  readonly scale: Float64Array;
  readonly weights: ConvWeights;
  readonly #node: ConvNode;
  readonly #geometry: Geometry;
  readonly #input: MapPlace;
  readonly #plan: PlanContext;
  /** Whether inputs stand in lists as often as they count, and rows of int16 are added. */
  readonly #counted: boolean;
  readonly #block: number;
  /** Rounds the gradient at the currents, where they are of 1-bit weights on spikes. */
  readonly #rounding: GradientRounding | null;
  readonly #products: CountedProducts | null;
  readonly #listed: ListedGradient | null;
  readonly #counters: CountedCurrents | null;
  readonly #lookUp: InputLookUp | null;
  #run!: RunContext;

  constructor(node: ConvNode, input: MapPlace, plan: PlanContext, place: number) {
    const { layout, rooms } = plan;
    const geometry = geometryOf(node);
    const [height, width, channels] = node.output.shape;
    const stride = padded(channels);
    const frames = plan.samples * plan.steps;
    const row = 4 * stride;
    const bytes = height * width * row;
    const pixels = input.height * input.width;
    const binary = geometry.weights === 'binary';
    this.#node = node;
    this.#geometry = geometry;
    this.#input = input;
    this.#plan = plan;
    this.#counted =
      binary && input.bound <= MOST_REPEATED && node.output.bound <= INT16_BOUND && input.stride % 8 === 0;
    this.scale = new Float64Array(channels);
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
    const rounded = binary && back && plan.rounding !== null;
    this.#rounding = rounded ? new GradientRounding(node.spec.id, place, this.currents, plan) : null;
    this.#products =
      rounded && this.#counted && CountedProducts.suits(input, this.currents, plan.rounding.countersFrom)
        ? new CountedProducts(geometry, input, this.currents, plan)
        : null;
    const listed = this.#products === null;
    const looksUp = listed && binary && back;
    const form = { binary, channels, stride, rows: !this.#counted, bits: many, index: looksUp };
    this.weights = plan.weights.of(node.spec.id, form);
    const { bits } = this.weights.at;
    this.#counters = many ? new CountedCurrents(geometry, input, this.currents, bits, plan) : null;
    this.#lookUp = looksUp ? new InputLookUp(this.currents, input, plan) : null;
    const entryBytes = this.#counted ? 4 * input.bound : 8;
    const lists = { counted: this.#counted, entryBytes, rounded: rounded && this.#counted };
    this.#listed = listed ? new ListedGradient(geometry, input, this.currents, lists, plan) : null;
    this.#block = layout.reserve(64);
    if (!many) {
      rooms.needOwn('starts', 4 * (pixels + 1));
      rooms.needOwn('entries', entryBytes * pixels * input.stride);
    }
    rooms.need('currents', wholeEights(frames) * (bytes + row));
    if (back) rooms.need(input.gradient, 4 * frames * input.bytes);
  }

  start(run: RunContext): void {
    this.#run = run;
    const block = convBlock(this.#geometry, this.#input, this.currents);
    run.space.words(this.#block, CONV_WORDS).set(block);
    this.#rounding?.start(run);
    this.#products?.start(run, this.#block);
    this.#listed?.start(run, this.#block);
    this.#lookUp?.start(run);
    this.#counters?.start(run, this.#block);
  }

  /** Behind the preparation of the weights. */
  forward(samples: number): void {
    const { crew } = this.#run;
    const { rooms, steps } = this.#plan;
    const { address, bytes } = this.currents;
    const { signs, rows } = this.weights.at;
    const { alpha } = this.weights;
    for (let c = 0; c < alpha.length; c++) this.scale[c] = alpha[c]! * this.#node.input.unit;
    crew.barrier();
    crew.each(samples * steps, (frame) => {
      const to = address + frame * bytes;
      if (this.#counters !== null) {
        this.#counters.frame(frame, to);
        return;
      }
      this.#list(frame);
      const starts = rooms.own('starts');
      if (this.#counted) crew.call('spikeCurrents', this.#block, starts, signs, to);
      else crew.call('valueCurrents', this.#block, starts, rows, to);
    });
  }

  #list(frame: number): void {
    const { address, bytes, height, width, stride } = this.#input;
    const { rooms } = this.#plan;
    const name = this.#counted ? 'listSpikes' : 'listValues';
    const at = [rooms.own('starts'), rooms.own('entries')] as const;
    this.#run.crew.call(name, address + frame * bytes, height * width, stride, ...at);
  }

  /** Of the last batch that was measured; `null` where gradients are not rounded. */
  get rounding(): RoundingReport | null {
    return this.#rounding?.report ?? null;
  }

  async backward(samples: number): Promise<void> {
    const { crew } = this.#run;
    const { gradient } = this.weights;
    if (this.#products !== null) {
      const alpha = await this.#rounding!.encode(samples);
      this.#products.weightGradient(samples, alpha, gradient);
      const to = this.#plan.rooms.at(this.#input.gradient!);
      this.#products.inputGradient(samples, this.weights.at.signs, alpha, to);
    } else {
      const alpha = (await this.#rounding?.round(samples)) ?? null;
      crew.barrier();
      // Neither needs the other: the gradient at the map is made by whoever is not at work on that of the weights.
      if (this.#lookUp !== null) this.#lookUp.gradient(samples, this.#block, this.weights.at.index);
      else if (this.#input.gradient !== null) this.#inputGradient(samples);
      this.#listed!.add(samples, alpha, gradient);
    }
  }

  finish(): void {
    this.#products?.check();
  }

  #inputGradient(samples: number): void {
    const { crew } = this.#run;
    const { rooms, steps } = this.#plan;
    const { gradientBytes } = this.currents;
    const { bytes, gradient } = this.#input;
    crew.each(samples * steps, (frame) => {
      const g = rooms.at('currents') + frame * gradientBytes;
      const to = rooms.at(gradient!) + 4 * frame * bytes;
      crew.call('inputGradient', this.#block, g, this.weights.at.rows, to);
    });
  }
}
