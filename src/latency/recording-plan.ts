/** A recording made ready to be sent: its messages, when each is due, and what a server must make of them. */
import {
  ClockGuard,
  DEFAULT_MAX_GAP_MICROS,
  nameRecording,
  OptionError,
  sliceBatch,
  type EventBatch,
  type SensorGeometry,
} from '../events/index.ts';
import { createDecoder, type CreateDecoderOptions } from '../formats/index.ts';
import type { BinningSpec, StepFrame } from '../frames/index.ts';
import type { ReplayRecording } from '../live/index.ts';
import { Pacer, stretchEnd } from '../live/clients/pacer.ts';
import type { Model } from '../network/index.ts';
import { decodeBytes, frameOptionsOf, FrameStream, sortReading, windowMicros } from '../pipeline/index.ts';
import { DueTimes } from './due-times.ts';

/** A message, and when its last event is due, milliseconds behind the recording's first event at its own speed. */
export interface PlannedMessage {
  readonly batch: EventBatch;
  readonly dueMs: number;
}

/** A time step that a server must decide. */
export interface PlannedStep {
  readonly window: number;
  readonly step: number;
  readonly final: boolean;
  readonly clockSegment: number;
  readonly endMicros: number;
  /** When the last event of the step, and the first of its window, are due; `null` where there is none. */
  readonly lastDueMs: number | null;
  readonly onsetDueMs: number | null;
  /** The message of that last event. */
  readonly lastMessage: number;
  /** The message that closes the step; the number of messages where the recording's end does. */
  readonly closedBy: number;
}

/** See the file comment. */
export interface RecordingPlan {
  readonly name: string;
  readonly label: string | null;
  readonly sensor: SensorGeometry | null;
  readonly messages: readonly PlannedMessage[];
  readonly events: number;
  readonly durationMs: number;
  /** By {@link stepKey}. */
  readonly steps: ReadonlyMap<string, PlannedStep>;
}

/** How recordings are made ready. */
export interface PlanOptions {
  /** Of which the windows are. */
  readonly model: Pick<Model, 'input' | 'network'>;
  readonly decoding: CreateDecoderOptions;
  /** Shortest stretch of recorded time in a message, as a camera would pack it. */
  readonly batchMicros: number;
  /** Most events of all recordings: they are kept in memory, so that sending is all that is done while measuring. */
  readonly maxEvents: number;
}

/** Sums of milliseconds are not exact; microseconds are further apart. */
const ROUNDING_MS = 1e-4;

/** Events are whole microseconds apart. */
const ROUNDING_MICROS = 0.5;

/** Whether an event at the end of a step is of the step: one that events ended, and not its time. */
function endsWithEvent(binning: BinningSpec, { startMicros, endMicros }: StepFrame): boolean {
  if (binning.by !== 'mixed') return binning.by !== 'fixed-duration';
  return endMicros - startMicros < binning.stepMicros - ROUNDING_MICROS;
}

/** The key of a step among those of its recording. */
export function stepKey({ window, step }: { readonly window: number; readonly step: number }): string {
  return `${window}.${step}`;
}

/** @throws RecordingError for one that cannot be read, OptionError for more events than `maxEvents`. */
export async function planRecordings(
  recordings: readonly ReplayRecording[],
  options: PlanOptions,
): Promise<RecordingPlan[]> {
  const plans: RecordingPlan[] = [];
  let left = options.maxEvents;
  for (const recording of recordings) {
    const plan = await planRecording(recording, { ...options, maxEvents: left }).catch((error: unknown) => {
      throw error instanceof OptionError ? error : nameRecording(recording.name, error);
    });
    left -= plan.events;
    plans.push(plan);
  }
  return plans;
}

async function planRecording(
  { name, label, open }: ReplayRecording,
  { model, decoding, batchMicros, maxEvents }: PlanOptions,
): Promise<RecordingPlan> {
  const read = sortReading({ fileName: name, ...decoding });
  const decoder = createDecoder(read.decoding);
  const planner = new StepPlanner(model, read);
  const pacer = new Pacer(1, 0);
  const messages: PlannedMessage[] = [];
  let events = 0;
  for await (const batch of decodeBytes(open(), decoder)) {
    events += batch.length;
    if (events > maxEvents) {
      const problem = 'names more events than are kept in memory; measure with fewer or shorter recordings';
      throw new OptionError('recording', problem);
    }
    for (let from = 0; from < batch.length;) {
      const to = stretchEnd(batch, from, batchMicros);
      const message = sliceBatch(batch, from, to);
      const dueMs = pacer.dueAt(batch.t[from]!, batch.t[to - 1]!, batch.segment);
      planner.push(message, dueMs);
      messages.push({ batch: message, dueMs });
      from = to;
    }
  }
  planner.finish();
  const durationMs = messages.reduce((most, { dueMs }) => Math.max(most, dueMs), 0);
  return { name, label, sensor: decoder.geometry, messages, events, durationMs, steps: planner.steps };
}

/** Push class: what steps messages close, and when their events are due. The same code as the server's says so. */
class StepPlanner {
  readonly steps = new Map<string, PlannedStep>();
  readonly #stream: FrameStream;
  readonly #guard: ClockGuard;
  readonly #due = new Map<number, DueTimes>();
  readonly #binning: BinningSpec;
  /** Of messages. */
  readonly #dueMs: number[] = [];
  #onsetDueMs: number | null = null;

  constructor(model: PlanOptions['model'], { decoding, rule: own }: ReturnType<typeof sortReading>) {
    const { rule, output } = frameOptionsOf({ model } as { model: Model }, own);
    this.#stream = new FrameStream({ rule, output, sensor: decoding.geometry ?? null });
    this.#binning = rule.binning;
    const window = windowMicros(rule.binning);
    const longest = Number.isFinite(window) ? window : 0;
    this.#guard = new ClockGuard({
      maxBackMicros: window,
      maxGapMicros: Math.max(DEFAULT_MAX_GAP_MICROS, longest),
    });
  }

  push(message: EventBatch, dueMs: number): void {
    this.#dueMs.push(dueMs);
    for (const part of this.#guard.push(message)) this.#note(part, message, dueMs);
    for (const frame of this.#stream.push(message)) this.#plan(frame, this.#dueMs.length - 1);
  }

  finish(): void {
    for (const part of this.#guard.finish()) this.#note(part, part, this.#dueMs.at(-1)!);
    for (const frame of this.#stream.finish()) this.#plan(frame, this.#dueMs.length);
  }

  #note(part: EventBatch, message: EventBatch, dueMs: number): void {
    let due = this.#due.get(part.segment);
    if (due === undefined) this.#due.set(part.segment, (due = new DueTimes()));
    const behind = (message.t[message.length - 1]! - part.t[part.length - 1]!) / 1000;
    due.push(part, dueMs - behind);
  }

  #plan(frame: StepFrame, closedBy: number): void {
    const { window, step, steps, segment, startMicros, endMicros } = frame;
    const due = this.#due.get(segment);
    const last = due?.lastUntil(endMicros, endsWithEvent(this.#binning, frame));
    if (step === 0) this.#onsetDueMs = due?.firstFrom(startMicros) ?? null;
    this.steps.set(stepKey({ window, step }), {
      window,
      step,
      final: step === steps - 1,
      clockSegment: segment,
      endMicros,
      lastDueMs: last ?? null,
      onsetDueMs: this.#onsetDueMs,
      lastMessage: this.#messageOf(last ?? 0, closedBy),
      closedBy,
    });
  }

  /** The first message that was not due before an event. The first events of a segment are held back by the guard. */
  #messageOf(eventDueMs: number, closedBy: number): number {
    let message = Math.min(closedBy, this.#dueMs.length - 1);
    while (message > 0 && this.#dueMs[message - 1]! >= eventDueMs - ROUNDING_MS) message--;
    return message;
  }
}
