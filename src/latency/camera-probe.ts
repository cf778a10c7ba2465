/** One camera of a run: sends its recordings open loop, and measures what comes back. */
import { SaccadeError } from '../events/index.ts';
import type { DecisionTrace } from '../live/index.ts';
import { sleepUntil } from '../live/clients/pacer.ts';
import { stepKey, type PlannedStep, type RecordingPlan } from './recording-plan.ts';
import type { TargetCamera, TargetDecision } from './target.ts';

/** A recording of the stream. */
export interface ScheduledRecording {
  readonly plan: RecordingPlan;
  /** Whether it only warms the system up. */
  readonly warmup: boolean;
}

/** A decision, and all times that are known of it. Those of the server are in its own clock. */
export interface RawSample {
  readonly recording: RecordingPlan;
  /** Number of the recording in the stream. */
  readonly index: number;
  readonly warmup: boolean;
  readonly planned: PlannedStep;
  readonly label: string;
  readonly scores: readonly number[];
  /** The first event of its window; the last of its step. */
  readonly onsetDueAt: number;
  readonly dueAt: number;
  /** The message of that last event, and the one that closed the step, were handed to the socket. */
  readonly lastSentAt: number;
  readonly closeSentAt: number;
  readonly receivedAt: number;
  /** `null` where the server does not say. */
  readonly trace: DecisionTrace | null;
}

/** See {@link CameraProbe}. */
export interface CameraProbeOptions {
  readonly schedule: readonly ScheduledRecording[];
  /** Times the recordings' own speed. */
  readonly rate: number;
  /** When the first event is due. */
  readonly startAt: number;
  readonly classes: readonly string[];
  readonly steps: number;
}

interface Begun extends ScheduledRecording {
  readonly startAt: number;
  readonly sentAt: Float64Array;
}

/** Silence between warm-up and measurement: shorter than what a server takes for a camera that fell silent. */
const SETTLE_MS = 250;
/** A segment's name may have so many characters. */
const LONGEST_NAME = 400;

/**
 * The schedule is fixed before the first event leaves: however late the system or this process is, every event counts from
 * when it was due, from the first recording to the last. That is what keeps coordinated omission out.
 */
export class CameraProbe {
  readonly samples: RawSample[] = [];
  /** How late each message was sent; and only those that had been waited for, which no back-pressure held up. */
  readonly lateMs: number[] = [];
  readonly ownLateMs: number[] = [];
  /** After the warm-up: decisions that silence brought about, and those of no planned step, or one without events. */
  flushed = 0;
  unmeasured = 0;
  readonly #options: CameraProbeOptions;
  readonly #recordings: readonly Begun[];
  #failure: Error | undefined;

  constructor(options: CameraProbeOptions) {
    this.#options = options;
    let startAt = options.startAt;
    this.#recordings = options.schedule.map((recording, i, all) => {
      // What the warm-up left waiting is no part of what is measured.
      if (i > 0 && all[i - 1]!.warmup && !recording.warmup) startAt += SETTLE_MS;
      const begun = { ...recording, startAt, sentAt: new Float64Array(recording.plan.messages.length + 1) };
      startAt += recording.plan.durationMs / options.rate;
      return begun;
    });
  }

  /** Steps that must be decided after the warm-up. */
  get expected(): number {
    return this.#recordings.reduce((sum, { plan, warmup }) => sum + (warmup ? 0 : plan.steps.size), 0);
  }

  /** Sends all; resolves when the last message was taken. @throws what the camera throws, SaccadeError `OTHER_MODEL`. */
  async send(camera: TargetCamera, signal: AbortSignal | undefined): Promise<void> {
    const { rate } = this.#options;
    for (const [i, { plan, startAt, sentAt }] of this.#recordings.entries()) {
      if (i > 0) this.#noteEnd(i - 1);
      const { name, label, sensor } = plan;
      const segment = `${i} ${name}`.slice(0, LONGEST_NAME);
      await camera.startSegment({ name: segment, label, ...(sensor !== null && { sensor }) });
      for (const [m, { batch, dueMs }] of plan.messages.entries()) {
        const dueAt = startAt + dueMs / rate;
        const early = performance.now() < dueAt;
        await sleepUntil(dueAt, signal);
        signal?.throwIfAborted();
        if (this.#failure !== undefined) throw this.#failure;
        sentAt[m] = performance.now();
        this.lateMs.push(sentAt[m] - dueAt);
        if (early) this.ownLateMs.push(sentAt[m] - dueAt);
        await camera.sendEvents(batch);
      }
    }
    this.#noteEnd(this.#recordings.length - 1);
  }

  #noteEnd(index: number): void {
    const recording = this.#recordings[index];
    if (recording !== undefined) recording.sentAt[recording.plan.messages.length] = performance.now();
  }

  /** Takes a decision. */
  take(decision: TargetDecision, receivedAt: number): void {
    const { classes, steps, rate } = this.#options;
    const { segment, label, scores, trace = null } = decision;
    if (decision.steps !== steps || scores.length !== classes.length || !classes.includes(label)) {
      this.#failure ??= new SaccadeError(
        'OTHER_MODEL',
        `The server decides with another model: ${decision.steps} steps and ${scores.length} classes, not ${steps} and ${classes.length} as the model that was named; or its classes have other names.`,
      );
      return;
    }
    const index = Number.parseInt(segment?.name ?? '', 10);
    const recording = this.#recordings[index];
    const planned = recording?.plan.steps.get(stepKey(decision));
    const warmup = recording?.warmup ?? false;
    if (decision.flushed) this.flushed += warmup ? 0 : 1;
    else if (recording === undefined || !isMeasurable(planned, decision)) this.unmeasured += warmup ? 0 : 1;
    else {
      const { plan, startAt, sentAt } = recording;
      const { lastDueMs, onsetDueMs, lastMessage, closedBy } = planned;
      this.samples.push({
        recording: plan,
        index,
        warmup,
        planned,
        label,
        scores,
        onsetDueAt: startAt + (onsetDueMs ?? lastDueMs) / rate,
        dueAt: startAt + lastDueMs / rate,
        lastSentAt: sentAt[lastMessage]!,
        closeSentAt: sentAt[closedBy]!,
        receivedAt,
        trace,
      });
    }
  }

  /** @throws SaccadeError `OTHER_MODEL` */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Whether the step is the planned one (a window that silence closed may have moved those behind it), with an event. */
function isMeasurable(
  planned: PlannedStep | undefined,
  { endMicros, clockSegment }: TargetDecision,
): planned is PlannedStep & { readonly lastDueMs: number } {
  return (
    planned?.endMicros === endMicros && planned.clockSegment === clockSegment && planned.lastDueMs !== null
  );
}
