/** Reports as files: read back with everything checked. The fields are explained in REPORT.md. */
import * as v from 'valibot';
import { SaccadeError } from '../events/index.ts';
import { DelayHistogram, type DelayDistribution, type DelaySummary } from './histogram.ts';
import { STATISTICS, type LatencyReport } from './measurement.ts';
import { STAGES } from './stages.ts';

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const counts = v.record(v.string(), count);
const share = v.pipe(finite, v.minValue(0), v.maxValue(1));
const nullable = v.nullable(finite);

const summarySchema: v.GenericSchema<unknown, DelaySummary> = v.object({
  decisions: count,
  p50: finite,
  p90: finite,
  p99: finite,
  p999: finite,
  max: finite,
  mean: finite,
});

/** The summary must be that of the buckets. */
const distribution: v.GenericSchema<unknown, DelayDistribution> = v.pipe(
  v.object({
    summary: summarySchema,
    buckets: v.array(v.tuple([count, count])),
    outOfRange: count,
  }),
  v.check((own) => isOwnSummary(own), 'the buckets are none, or are not those of the summary'),
);

function isOwnSummary({ summary, ...written }: DelayDistribution): boolean {
  try {
    const own = new DelayHistogram(written).summary();
    return (
      own.decisions === summary.decisions && STATISTICS.every((name) => isClose(own[name], summary[name]))
    );
  } catch {
    return false;
  }
}

/** Sums may be rounded otherwise elsewhere. */
function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, a);
}

const meanInterval = v.object({ n: count, mean: finite, low: nullable, high: nullable });
const intervals = v.object(
  Object.fromEntries(STATISTICS.map((name) => [name, meanInterval])) as Record<
    (typeof STATISTICS)[number],
    typeof meanInterval
  >,
);
const shareInterval = v.object({ count, of: count, share, low: share, high: share });
const stages = v.pipe(v.array(finite), v.length(STAGES.length));
const example = v.object({ recording: v.string(), window: count, delayMs: finite, stages });
const outcome = v.object({
  accuracy: v.nullable(shareInterval),
  meanSteps: finite,
  sinceOnsetMs: v.nullable(meanInterval),
});
const outcomes = { choice: outcome, report: outcome };

const settings = v.object({
  rate: v.pipe(finite, v.gtValue(0)),
  cameras: v.pipe(count, v.minValue(1)),
  policy: v.picklist(['pause', 'drop-oldest', 'drop-newest']),
  threads: v.nullable(count),
  windowMs: nullable,
});

const clock = v.object({
  offsetMs: finite,
  uncertaintyMs: finite,
  atMs: finite,
  driftPpm: nullable,
  driftUncertaintyPpm: nullable,
  usedDriftPpm: finite,
  consistent: v.boolean(),
  exchanges: count,
  rttMs: v.object({ min: finite, median: finite }),
});

const run = v.object({
  repeat: count,
  order: count,
  seconds: finite,
  events: count,
  steps: v.object({
    expected: count,
    measured: count,
    flushed: count,
    unmeasured: count,
    missing: count,
  }),
  dropped: counts,
  sequenceGaps: count,
  sequenceRepeats: count,
  unreadDecisions: count,
  sentLateMs: v.object({ p50: finite, p99: finite, max: finite }),
  generatorLateMs: v.object({ p50: finite, p99: finite, max: finite }),
  eventLoopDelayMs: v.object({ p50: finite, p99: finite, max: finite }),
  clock: v.nullable(clock),
  warmup: distribution,
  final: distribution,
  everyStep: distribution,
  sinceOnset: distribution,
  stages: v.nullable(stages),
  examples: v.nullable(v.object({ p50: example, p99: example, max: example })),
  timeline: v.array(v.object({ atSeconds: finite, decisions: count, medianMs: finite, maxMs: finite })),
});

const condition = v.object({
  settings,
  runs: v.pipe(v.array(run), v.minLength(1)),
  final: intervals,
  everyStep: intervals,
  sinceOnset: intervals,
  together: v.object({ final: distribution, everyStep: distribution }),
  byStep: v.array(
    v.object({
      step: count,
      windows: count,
      accuracy: v.nullable(shareInterval),
      asLast: share,
      confidence: finite,
      margin: finite,
      entropy: finite,
    }),
  ),
  disagreements: count,
  early: v.object({
    threshold: nullable,
    problem: v.nullable(v.string()),
    tolerance: finite,
    choiceRecordings: v.array(v.string()),
    reportRecordings: v.array(v.string()),
    chosen: v.nullable(v.object(outcomes)),
    last: v.nullable(v.object(outcomes)),
    onlyEarlyRight: count,
    onlyLastRight: count,
    curve: v.array(v.object({ threshold: finite, ...outcomes })),
  }),
});

const reportSchema: v.GenericSchema<unknown, LatencyReport> = v.object({
  format: v.literal('saccade-latency'),
  version: v.literal(1),
  saccade: v.string(),
  createdAt: v.string(),
  path: v.picklist(['own-server', 'remote', 'direct']),
  url: v.nullable(v.string()),
  model: v.object({ name: v.string(), sha256: v.string(), steps: count, classes: v.array(v.string()) }),
  machine: v.object({
    cpu: v.string(),
    cores: count,
    memoryGiB: finite,
    node: v.string(),
    platform: v.string(),
    governor: v.nullable(v.string()),
    simd: v.boolean(),
  }),
  engine: v.nullable(v.string()),
  seed: finite,
  repeats: count,
  warmupRecordings: count,
  rounds: count,
  batchMs: finite,
  recordings: count,
  unknownLabels: v.array(v.string()),
  conditions: v.pipe(v.array(condition), v.minLength(1)),
});

/** A report as text, a bucket to a line. */
export function writeLatencyReport(report: LatencyReport): string {
  // No line break is inside a JSON string.
  return `${JSON.stringify(report, null, 2).replace(/\[\n\s+(\d+),\n\s+(\d+)\n\s+\]/g, '[$1, $2]')}\n`;
}

/**
 * Reads a report.
 *
 * @param name of the file, for messages.
 * @throws SaccadeError `BAD_REPORT` with the place of the first fault.
 */
export function readLatencyReport(text: string, name: string): LatencyReport {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SaccadeError('BAD_REPORT', `${name} is not JSON: it is no latency report, or not whole.`, {
      cause,
    });
  }
  const result = v.safeParse(reportSchema, json);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new SaccadeError(
    'BAD_REPORT',
    `${name} is no latency report of version 1: wrong at "${v.getDotPath(issue) ?? ''}": ${issue.message}.`,
  );
}
