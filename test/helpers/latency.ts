/** Experiments without a system: recordings of a few events, and a target that decides as it is told. */
import { batchFromTuples, type EventBatch } from '../../src/events/index.ts';
import { CsvEncoder } from '../../src/formats/index.ts';
import {
  measureLatency,
  type LatencyOptions,
  type LatencyTarget,
  type Settings,
  type TargetDecision,
} from '../../src/latency/index.ts';
import type { DecisionTrace, ReplayRecording, SegmentInfo } from '../../src/live/index.ts';
import { randomModel, type Model } from '../../src/network/index.ts';
import { FrameStream, frameOptionsOf } from '../../src/pipeline/index.ts';

/** Two steps of a millisecond on 8x8 pixels. */
export const model: Model = randomModel({ steps: 2, width: 8, height: 8 });
export const SETTINGS: Settings = { rate: 1, cameras: 1, policy: 'pause', threads: 1, windowMs: 2 };

/** Events one after the other, microseconds. */
export const eventsAt = (...times: number[]): EventBatch => batchFromTuples(times.map((t) => [t, 1, 1, 1]));

/** An event every `gap` microseconds. */
export function regular(durationMicros: number, gap = 100): EventBatch {
  return eventsAt(...Array.from({ length: Math.floor(durationMicros / gap) + 1 }, (_, i) => i * gap));
}

/** A recording of such events as text. */
export function recordingOf(
  name: string,
  events: EventBatch = regular(6000),
  label: string | null = null,
): ReplayRecording {
  return {
    name,
    label,
    open: async function* () {
      const encoder = new CsvEncoder();
      yield encoder.push(events);
      yield encoder.finish();
    },
  };
}

/** What a scripted target may do. */
export interface Script {
  /** Scores of a decision; default: class 0 with 0.6. */
  readonly scores?: (segment: SegmentInfo, window: number, step: number) => readonly number[];
  readonly trace?: boolean;
  /** Windows of which nothing is said. */
  readonly drops?: (segment: SegmentInfo, window: number) => boolean;
  readonly change?: (decision: TargetDecision) => TargetDecision;
  /** Awaited before a message is taken. */
  readonly beforeMessage?: (message: number) => Promise<void>;
  readonly onConnect?: (name: string) => void;
  readonly onClose?: () => void;
}

const ahead = 10_000;

/** Decides at once every step that the recordings have. Its clock is ten seconds ahead. */
export function scriptedTarget(own: Model, script: Script = {}): LatencyTarget {
  const { scores, trace = true, drops, change, beforeMessage, onConnect, onClose } = script;
  const classes = own.network.classes;
  return {
    connect: async ({ name, onDecision }) => {
      onConnect?.(name);
      let segment: SegmentInfo | undefined;
      let stream: FrameStream | undefined;
      let messages = 0;
      const clockExchanges: { askedAtMs: number; receivedAtMs: number; sentAtMs: number; answeredAtMs: number }[] = []; // prettier-ignore
      const decide = (frames: ReturnType<FrameStream['push']>): void => {
        for (const { window, step, steps, segment: clockSegment, endMicros } of frames) {
          if (drops?.(segment!, window)) continue;
          const now = performance.now() + ahead;
          const p = scores?.(segment!, window, step) ?? classes.map((_, i) => (i === 0 ? 0.6 : 0.4 / (classes.length - 1))); // prettier-ignore
          const classIndex = p.indexOf(Math.max(...p));
          const times: DecisionTrace = { receivedAtMs: now - 0.5, decodeMs: 0.1, queueMs: 0.1, engineMs: 0.2, sentAtMs: now }; // prettier-ignore
          const decision: TargetDecision = {
            segment: segment!,
            label: classes[classIndex]!,
            scores: p,
            classIndex,
            window,
            step,
            steps,
            final: step === steps - 1,
            clockSegment,
            endMicros,
            flushed: false,
            ...(trace && { trace: times }),
          };
          onDecision(change?.(decision) ?? decision, performance.now());
        }
      };
      return {
        startSegment: async (next) => {
          if (stream !== undefined) decide(stream.finish());
          segment = next;
          stream = new FrameStream(frameOptionsOf({ model: own }));
        },
        sendEvents: async (batch) => {
          await beforeMessage?.(messages++);
          decide(stream!.push(batch));
        },
        askClock: async () => {
          const now = performance.now();
          clockExchanges.push({ askedAtMs: now - 0.2, receivedAtMs: now + ahead, sentAtMs: now + ahead, answeredAtMs: now + 0.1 }); // prettier-ignore
        },
        clockExchanges,
        end: async () => {
          decide(stream?.finish() ?? []);
          return { dropped: { overload: 3 }, sequenceGaps: 1, sequenceRepeats: 2, unreadDecisions: 4 };
        },
        close: () => undefined,
      };
    },
    close: async () => {
      onClose?.();
    },
  };
}

/** Options of a small experiment. */
export function experiment(own: Partial<LatencyOptions> = {}): LatencyOptions {
  return {
    model,
    modelSha256: 'ab'.repeat(32),
    recordings: [recordingOf('a.csv'), recordingOf('b.csv')],
    decoding: {},
    conditions: [SETTINGS],
    open: async (_, used) => scriptedTarget(used),
    saccade: '0.0.0',
    path: 'own-server',
    url: null,
    engine: 'oracle',
    repeats: 2,
    rounds: 1,
    batchMs: 1,
    warmup: 1,
    seed: 1,
    choiceShare: 0.5,
    tolerance: 0,
    ...own,
  };
}

/** Runs it. */
export function measured(own: Partial<LatencyOptions> = {}): ReturnType<typeof measureLatency> {
  return measureLatency(experiment(own));
}
