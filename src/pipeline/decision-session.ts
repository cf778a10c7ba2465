/** From bytes, events or frames to decisions, at the pace of whoever takes them. */
import type { EventBatch, SensorGeometry } from '../events/index.ts';
import {
  createDecoder,
  EventFormatError,
  type CreateDecoderOptions,
  type DecodeReport,
  type EventDecoder,
} from '../formats/index.ts';
import { requireNetworkRepresentation, type FrameRule, type StepFrame } from '../frames/index.ts';
import type { InferenceEngine, InferenceMode, InferenceSession, LayerTaps } from '../inference/index.ts';
import type { Model } from '../network/index.ts';
import { decodeBytes, type ByteChunks, type DecodeBytesOptions } from './decode-bytes.ts';
import { DecisionMaker, type Decision } from './decision.ts';
import { FrameStream, type FrameStreamOptions } from './frame-stream.ts';
import { sortReading } from './reading.ts';
import type { StreamReport } from './stream-report.ts';

/** How one stream is read and classified; what is not said comes from the model. */
export interface DecisionSessionOptions extends Pick<
  FrameStreamOptions,
  'sensor' | 'allowOutside' | 'maxGapMicros' | 'maxHeldEvents' | 'strict'
> {
  /** Default `exact`. */
  readonly mode?: InferenceMode;
  /** How bytes are decoded. A convention in it holds in place of the model's. */
  readonly decoding?: CreateDecoderOptions;
  /** In place of what the model states. */
  readonly rule?: Partial<FrameRule>;
  /** Who listens to which layer, asked before every step. */
  readonly taps?: () => LayerTaps;
}

/**
 * The rule and frame size that a model states, changed where `rule` says so.
 *
 * @throws RepresentationError `NOT_FOR_NETWORKS`
 */
export function frameOptionsOf(
  { model }: { readonly model: Model },
  rule: Partial<FrameRule> = {},
): { rule: FrameRule; output: SensorGeometry } {
  const { width, height, maxCount } = model.network.input;
  const whole = { ...model.input, ...rule };
  requireNetworkRepresentation(whole.representation, maxCount);
  return { rule: whole, output: { width, height } };
}

/**
 * One stream's way through a model. The engine is not disposed with it.
 *
 * `decisions` pulls: the next bytes are asked for when the decisions of those before were taken, and one frame at a time
 * is in memory. `step` is for whoever makes frames, and is awaited before the next.
 *
 * @example
 * ```ts
 * import { createEngine, DecisionSession, randomModel } from 'saccade';
 * const engine = await createEngine(randomModel({ steps: 2, width: 8, height: 8 }));
 * const session = new DecisionSession(engine, { decoding: { format: 'atis40' } });
 * const bytes = Uint8Array.of(3, 4, 0x80, 0, 9, 5, 6, 0, 0, 20);
 * for await (const { step, label, final } of session.decisions([bytes])) console.log(step, label, final);
 * console.log(session.report.events); // 2
 * session.dispose();
 * ```
 */
export class DecisionSession {
  readonly #engine: InferenceEngine;
  readonly #options: DecisionSessionOptions;
  readonly #session: InferenceSession;
  readonly #maker: DecisionMaker;
  #stream: FrameStream;
  #decoder: EventDecoder | undefined;

  constructor(engine: InferenceEngine, options: DecisionSessionOptions = {}) {
    this.#engine = engine;
    this.#options = options;
    this.#session = engine.openSession({ mode: options.mode ?? 'exact' });
    this.#maker = new DecisionMaker(engine.model);
    this.#stream = this.#openStream(false);
  }

  /** What became of the events of the recording in hand, or of the last one. */
  get report(): StreamReport {
    return this.#stream.report;
  }

  /** What decoding read and lost; `null` before bytes came. */
  get decodeReport(): DecodeReport | null {
    return this.#decoder?.report ?? null;
  }

  /** Runs one frame. Await it before the next. @throws InferenceError */
  async step(frame: StepFrame): Promise<Decision> {
    const started = performance.now();
    const result = await this.#session.step(frame, this.#options.taps?.());
    return this.#maker.decide(frame, result, performance.now() - started);
  }

  /**
   * The decisions of a recording, one after every time step, from its bytes.
   *
   * @throws EventFormatError behind the decisions of the good events, PipelineError, InferenceError.
   */
  async *decisions(
    bytes: ByteChunks,
    options: DecodeBytesOptions = {},
  ): AsyncGenerator<Decision, void, undefined> {
    this.#decoder = createDecoder(sortReading(this.#options.decoding).decoding);
    yield* this.#decide(decodeBytes(bytes, this.#decoder, options), true);
  }

  /** The same from batches; they may be kept by whoever made them. */
  decisionsOf(
    batches: AsyncIterable<EventBatch> | Iterable<EventBatch>,
  ): AsyncGenerator<Decision, void, undefined> {
    return this.#decide(batches, false);
  }

  /** Frees what the engine holds for this stream. */
  dispose(): void {
    this.#session.dispose();
  }

  #openStream(recycle: boolean): FrameStream {
    const { mode: _, taps: __, rule, decoding, sensor = decoding?.geometry, ...options } = this.#options;
    const read = sortReading(decoding);
    return new FrameStream({
      ...frameOptionsOf(this.#engine, { ...rule, ...read.rule }),
      ...(sensor && { sensor }),
      ...options,
      recycle,
    });
  }

  async *#decide(
    batches: AsyncIterable<EventBatch> | Iterable<EventBatch>,
    recycle: boolean,
  ): AsyncGenerator<Decision, void, undefined> {
    const stream = this.#openStream(recycle);
    this.#stream = stream;
    let damage: EventFormatError | undefined;
    try {
      for await (const batch of batches)
        for (const frame of stream.frames(batch)) yield await this.step(frame);
    } catch (error) {
      // What came before the damage is good, and ends there.
      if (!(error instanceof EventFormatError)) throw error;
      damage = error;
    }
    for (const frame of stream.finalFrames()) yield await this.step(frame);
    if (damage !== undefined) throw damage;
  }
}
