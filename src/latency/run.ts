/** One run of the experiment: its cameras are connected, warmed up, and measured. */
import { randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { percentile, SeededRandom } from '../events/index.ts';
import type { Model } from '../network/index.ts';
import { CameraProbe, type RawSample, type ScheduledRecording } from './camera-probe.ts';
import { estimateClock, type ClockEstimate } from './clock.ts';
import { histogramOf } from './histogram.ts';
import type {
  DecisionExample,
  LatencySample,
  RunRecord,
  Settings,
  StepAccount,
  TimelinePoint,
} from './measurement.ts';
import type { RecordingPlan } from './recording-plan.ts';
import { STAGES, stagesOf } from './stages.ts';
import type { LatencyTarget, TargetCamera, TargetLosses } from './target.ts';

/** See {@link measureRun}. */
export interface RunOptions {
  readonly target: LatencyTarget;
  readonly model: Pick<Model, 'network'>;
  readonly plans: readonly RecordingPlan[];
  readonly settings: Settings;
  /** How often each recording is sent after the warm-up. */
  readonly rounds: number;
  /** Recordings that each camera sends first. */
  readonly warmup: number;
  readonly seed: number;
  readonly repeat: number;
  readonly order: number;
  readonly signal?: AbortSignal | undefined;
}

/** A server may have cameras of another experiment, or of one that was interrupted. */
const PROCESS_ID = randomUUID().slice(0, 8);
/** Questions for the clock in front of a run and behind it, and the time between them. */
const CLOCK_BURST = 16;
const BURST_GAP_MS = 2;
/** So long a burst may take: a server that is behind answers when it has caught up. */
const BURST_PATIENCE_MS = 10_000;
/** Between two during a run. */
const CLOCK_GAP_MS = 250;
/** Time to prepare the schedule in. */
const LEAD_MS = 20;
/** Parts of the timeline. */
const TIMELINE_POINTS = 120;
const NANOS_PER_MS = 1e6;
const LOOP_TICK_MS = 1;

/** @throws what a camera or the target throws. */
export async function measureRun(
  options: RunOptions,
): Promise<{ record: RunRecord; samples: LatencySample[] }> {
  const { target, settings, signal } = options;
  const probes: CameraProbe[] = [];
  const cameras: TargetCamera[] = [];
  try {
    for (let c = 0; c < settings.cameras; c++) {
      // Connected one after the other, as a server greets them.
      const camera = await target.connect({
        name: `latency ${PROCESS_ID} ${options.order}.${c}`,
        policy: settings.policy,
        onDecision: (decision, receivedAt) => {
          probes[c]?.take(decision, receivedAt);
        },
      });
      cameras.push(camera);
    }
    await askBurst(cameras[0]!, signal);
    const loop = monitorEventLoopDelay({ resolution: LOOP_TICK_MS });
    const startAt = performance.now() + LEAD_MS;
    for (let c = 0; c < settings.cameras; c++) probes.push(probeOf(c, startAt, options));
    loop.enable();
    const losses = await sendAll(cameras, probes, signal);
    loop.disable();
    const seconds = (performance.now() - startAt) / 1000;
    for (const probe of probes) probe.throwFailure();
    const clock = estimateClock(cameras[0]!.clockExchanges);
    const samples = probes.flatMap((probe, camera) =>
      probe.samples.map((raw) => sampleOf(raw, camera, startAt, clock)),
    );
    // It measures from tick to tick.
    const beyondTick = (nanos: number): number => Math.max(0, nanos / NANOS_PER_MS - LOOP_TICK_MS);
    const delay = (percent: number): number => beyondTick(loop.percentile(percent));
    const eventLoopDelayMs = { p50: delay(50), p99: delay(99), max: delay(100) };
    const record = recordOf(samples, probes, losses, { ...options, seconds, clock, eventLoopDelayMs });
    return { record, samples };
  } finally {
    for (const camera of cameras) camera.close();
  }
}

function probeOf(camera: number, startAt: number, options: RunOptions): CameraProbe {
  const { model, plans, settings, rounds, warmup, seed, repeat } = options;
  const random = new SeededRandom(seed, repeat, camera);
  const schedule: ScheduledRecording[] = [];
  for (let i = 0; i < warmup; i++)
    schedule.push({ plan: plans[random.integer(plans.length)]!, warmup: true });
  for (let i = 0; i < rounds; i++)
    for (const plan of random.shuffle(plans)) schedule.push({ plan, warmup: false });
  // Cameras are not switched on at the same moment, and their windows do not end together.
  const windowMs = settings.windowMs ?? plans[0]?.durationMs ?? 0;
  const phaseMs = camera === 0 ? 0 : (random.uniform() * windowMs) / settings.rate;
  return new CameraProbe({
    schedule,
    rate: settings.rate,
    startAt: startAt + phaseMs,
    classes: model.network.classes,
    steps: model.network.steps,
  });
}

/** Sends everything and waits for the last decision; the clock is asked meanwhile and once more behind it. */
async function sendAll(
  cameras: readonly TargetCamera[],
  probes: readonly CameraProbe[],
  signal: AbortSignal | undefined,
): Promise<TargetLosses[]> {
  const [first] = cameras;
  const over = new AbortController();
  const asking = askOften(first!, over.signal);
  // Told by `end`, which all wait for.
  asking.catch(() => undefined);
  try {
    const sent = probes.map((probe, c) => probe.send(cameras[c]!, signal));
    await Promise.all(sent);
  } finally {
    over.abort();
  }
  await asking;
  await askBurst(first!, signal);
  return Promise.all(cameras.map((camera) => camera.end()));
}

/** Asks, waits for the answer, and asks again: nothing else is on the way then. */
async function askBurst(camera: TargetCamera, signal: AbortSignal | undefined): Promise<void> {
  const { askClock, clockExchanges } = camera;
  if (askClock === null) return;
  const deadline = performance.now() + BURST_PATIENCE_MS;
  for (let i = 0; i < CLOCK_BURST; i++) {
    const answers = clockExchanges.length;
    await askClock();
    while (clockExchanges.length === answers && performance.now() < deadline && !signal?.aborted)
      await setTimeout(BURST_GAP_MS);
  }
}

async function askOften({ askClock }: TargetCamera, over: AbortSignal): Promise<void> {
  while (askClock !== null && !over.aborted) {
    await askClock();
    await setTimeout(CLOCK_GAP_MS, undefined, { signal: over }).catch(() => undefined);
  }
}

function sampleOf(
  raw: RawSample,
  camera: number,
  startAt: number,
  clock: ClockEstimate | null,
): LatencySample {
  const { recording, index, planned, label, warmup, scores, receivedAt } = raw;
  const { window, step, final } = planned;
  return {
    camera,
    index,
    recording: recording.name,
    truth: recording.label,
    label,
    window,
    step,
    final,
    warmup,
    delayMs: receivedAt - raw.dueAt,
    sinceOnsetMs: receivedAt - raw.onsetDueAt,
    atSeconds: (receivedAt - startAt) / 1000,
    scores,
    stages: stagesOf(raw, clock),
  };
}

function recordOf(
  samples: readonly LatencySample[],
  probes: readonly CameraProbe[],
  losses: readonly TargetLosses[],
  options: RunOptions & Pick<RunRecord, 'seconds' | 'clock' | 'eventLoopDelayMs'>,
): RunRecord {
  const { plans, rounds, settings, repeat, order, seconds, clock, eventLoopDelayMs } = options;
  const measured = samples.filter(({ warmup }) => !warmup);
  const finals = measured.filter(({ final }) => final);
  const sum = (count: (own: TargetLosses) => number): number =>
    losses.reduce((total, own) => total + count(own), 0);
  const delays = (own: readonly LatencySample[]): ReturnType<typeof histogramOf> =>
    histogramOf(own.map(({ delayMs }) => delayMs));
  return {
    repeat,
    order,
    seconds,
    events: settings.cameras * rounds * plans.reduce((total, { events }) => total + events, 0),
    steps: accountOf(probes, measured.length),
    dropped: addUp(losses.map(({ dropped }) => dropped)),
    sequenceGaps: sum((own) => own.sequenceGaps),
    sequenceRepeats: sum((own) => own.sequenceRepeats),
    unreadDecisions: sum((own) => own.unreadDecisions),
    sentLateMs: spreadOf(probes.flatMap(({ lateMs }) => lateMs)),
    generatorLateMs: spreadOf(probes.flatMap(({ ownLateMs }) => ownLateMs)),
    eventLoopDelayMs,
    clock,
    warmup: delays(samples.filter(({ warmup }) => warmup)).distribution(),
    final: delays(finals).distribution(),
    everyStep: delays(measured).distribution(),
    sinceOnset: histogramOf(finals.map(({ sinceOnsetMs }) => sinceOnsetMs)).distribution(),
    stages: meanStages(finals),
    examples: examplesOf(finals),
    timeline: timelineOf(samples),
  };
}

function spreadOf(values: readonly number[]): RunRecord['sentLateMs'] {
  const sorted = [...values].sort((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? 0 };
}

function accountOf(probes: readonly CameraProbe[], measured: number): StepAccount {
  const sum = (count: (probe: CameraProbe) => number): number =>
    probes.reduce((total, probe) => total + count(probe), 0);
  const expected = sum((probe) => probe.expected);
  const flushed = sum((probe) => probe.flushed);
  const unmeasured = sum((probe) => probe.unmeasured);
  return {
    expected,
    measured,
    flushed,
    unmeasured,
    missing: Math.max(0, expected - measured - flushed - unmeasured),
  };
}

function addUp(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const own of counts)
    for (const [reason, count] of Object.entries(own)) total[reason] = (total[reason] ?? 0) + count;
  return total;
}

function meanStages(finals: readonly LatencySample[]): number[] | null {
  const traced = finals.flatMap(({ stages }) => (stages === null ? [] : [stages]));
  if (traced.length === 0) return null;
  return STAGES.map((_, i) => traced.reduce((sum, stages) => sum + stages[i]!, 0) / traced.length);
}

/** Decisions as they were, at places of the distribution. */
function examplesOf(finals: readonly LatencySample[]): RunRecord['examples'] {
  const sorted = finals.filter(({ stages }) => stages !== null).sort((a, b) => a.delayMs - b.delayMs);
  if (sorted.length === 0) return null;
  const at = (share: number): DecisionExample => {
    const { recording, window, delayMs, stages } = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
    return { recording, window, delayMs, stages: stages! };
  };
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** Every time step, the warm-up too; a part's slowest decision is always there. */
function timelineOf(samples: readonly LatencySample[]): TimelinePoint[] {
  const end = samples.reduce((latest, { atSeconds }) => Math.max(latest, atSeconds), 0);
  const parts = new Map<number, number[]>();
  for (const { atSeconds, delayMs } of samples) {
    const part = Math.max(0, Math.min(TIMELINE_POINTS - 1, Math.floor((TIMELINE_POINTS * atSeconds) / end)));
    const own = parts.get(part);
    if (own === undefined) parts.set(part, [delayMs]);
    else own.push(delayMs);
  }
  return [...parts.entries()]
    .sort(([a], [b]) => a - b)
    .map(([part, delays]) => {
      const sorted = delays.sort((a, b) => a - b);
      const atSeconds = ((part + 0.5) * end) / TIMELINE_POINTS;
      return {
        atSeconds,
        decisions: sorted.length,
        medianMs: percentile(sorted, 0.5),
        maxMs: sorted.at(-1)!,
      };
    });
}
