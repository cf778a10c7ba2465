/** The report for people at a terminal, and its samples as a table. */
import path from 'node:path';
import {
  STAGE_TEXTS,
  STAGES,
  type ConditionRecord,
  type DelayIntervals,
  type LatencyReport,
  type RunSample,
  type Settings,
} from '../../latency/index.ts';
import { textTable } from '../text-table.ts';

const CSV_COLUMNS = [
  'condition',
  'repeat',
  'camera',
  'index',
  'recording',
  'truth',
  'label',
  'window',
  'step',
  'final',
  'warmup',
  'delayMs',
  'sinceOnsetMs',
  'atSeconds',
] as const;

/** All decisions, one to a line: conditions and repeats are numbered as in the JSON, stages are milliseconds. */
export function latencyCsv(samples: readonly RunSample[]): string {
  const cell = (value: string | number | boolean | null): string =>
    typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value ?? '');
  const rows = samples.map((sample) => {
    const scores = [...sample.scores].sort((a, b) => b - a);
    const stages = STAGES.map((_, i) => sample.stages?.[i] ?? null);
    const [first = 0, second = 0] = scores;
    return [...CSV_COLUMNS.map((column) => sample[column]), first, first - second, ...stages]
      .map(cell)
      .join(',');
  });
  return [[...CSV_COLUMNS, 'confidence', 'margin', ...STAGES].join(','), ...rows, ''].join('\n');
}

/** Settings in words. */
export function settingsText({ rate, cameras, policy, threads, windowMs }: Settings): string {
  return [
    `${rate}x`,
    `${cameras} ${cameras === 1 ? 'camera' : 'cameras'}`,
    policy,
    ...(threads === null ? [] : [`${threads} ${threads === 1 ? 'thread' : 'threads'}`]),
    ...(windowMs === null ? [] : [`window ${windowMs} ms`]),
  ].join(', ');
}

/** Milliseconds with what their digits are worth. */
function ms(value: number): string {
  return value.toFixed(Math.abs(value) >= 100 ? 0 : 2);
}

function interval({ mean, low, high }: DelayIntervals['p50']): string {
  return low === null || high === null ? ms(mean) : `${ms(mean)} ±${ms((high - low) / 2)}`;
}

function delayRow(name: string, decisions: number, delays: DelayIntervals): string[] {
  const { p50, p90, p99, p999, max } = delays;
  return [name, String(decisions), ...[p50, p90, p99, p999, max].map(interval)];
}

function lossText({ runs }: ConditionRecord): string {
  const sum = (count: (run: (typeof runs)[number]) => number): number =>
    runs.reduce((total, run) => total + count(run), 0);
  const dropped: Record<string, number> = {};
  for (const run of runs)
    for (const [reason, count] of Object.entries(run.dropped))
      dropped[reason] = (dropped[reason] ?? 0) + count;
  const reasons = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return [
    `  time steps: ${sum(({ steps }) => steps.measured)} measured of ${sum(({ steps }) => steps.expected)}, ${sum(({ steps }) => steps.missing)} never decided, ${sum(({ steps }) => steps.flushed)} closed by silence, ${sum(({ steps }) => steps.unmeasured)} not expected`,
    `  events left out, warm-up included: ${reasons.join(', ') || 'none'}; sequence gaps: ${sum((run) => run.sequenceGaps)}; decisions not read: ${sum((run) => run.unreadDecisions)}`,
  ].join('\n');
}

function clockText({ runs }: ConditionRecord): string[] {
  const clocks = runs.flatMap(({ clock }) => (clock === null ? [] : [clock]));
  if (clocks.length === 0) return [];
  const worst = Math.max(...clocks.map(({ uncertaintyMs }) => uncertaintyMs));
  const drifts = clocks.flatMap(({ driftPpm, driftUncertaintyPpm }) =>
    driftPpm === null || driftUncertaintyPpm === null
      ? []
      : [`${driftPpm.toFixed(0)} ±${driftUncertaintyPpm.toFixed(0)}`],
  );
  const unsound = clocks.filter(({ consistent }) => !consistent).length;
  return [
    `  server's clock: known to ±${worst.toFixed(3)} ms; drift ${drifts.join(', ') || 'not known'} ppm${unsound > 0 ? `; set or jumped in ${unsound} runs` : ''}`,
  ];
}

function stageText({ runs }: ConditionRecord): string[] {
  const known = runs.flatMap(({ stages }) => (stages === null ? [] : [stages]));
  if (known.length === 0) return ['  stages: the server does not say where the time goes'];
  const parts = STAGES.map((stage, i) => {
    const mean = known.reduce((sum, own) => sum + own[i]!, 0) / known.length;
    return `${STAGE_TEXTS[stage].title} ${ms(mean)}`;
  });
  return [`  mean of final decisions, ms: ${parts.join(', ')}`];
}

function warmupText({ runs }: ConditionRecord): string {
  const warm = runs.map(({ warmup }) => warmup.summary);
  const late = Math.max(...runs.map(({ generatorLateMs }) => generatorLateMs.p99));
  const most = Math.max(...warm.map(({ max }) => max));
  return `  warm-up, not counted: ${warm.reduce((sum, { decisions }) => sum + decisions, 0)} decisions, slowest ${ms(most)} ms; generator late by ${ms(late)} ms (p99 of the worst run)`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function earlyText({ byStep, early }: ConditionRecord): string[] {
  const lines = [
    `  by step, confidence ${byStep.map(({ confidence }) => percent(confidence)).join(' ')}`,
    `  by step, margin     ${byStep.map(({ margin }) => percent(margin)).join(' ')}`,
  ];
  if (byStep.some(({ accuracy }) => accuracy !== null))
    lines.unshift(
      `  by step, accuracy   ${byStep.map(({ accuracy }) => (accuracy === null ? '–' : percent(accuracy.share))).join(' ')}`,
    );
  const { threshold, problem, chosen, last, choiceRecordings, reportRecordings } = early;
  if (threshold === null || chosen === null || last === null)
    return [...lines, `  no stopping rule: ${problem ?? ''}`];
  const outcome = ({ accuracy, meanSteps, sinceOnsetMs }: (typeof chosen)['report']): string =>
    `${accuracy === null ? '–' : `${percent(accuracy.share)} right (${percent(accuracy.low)} to ${percent(accuracy.high)})`} after ${meanSteps.toFixed(1)} steps, ${ms(sinceOnsetMs?.mean ?? 0)} ms from onset`;
  return [
    ...lines,
    `  stop at margin ${threshold} (chosen on ${choiceRecordings.length} recordings, reported on the other ${reportRecordings.length}): ${outcome(chosen.report)}`,
    `  last step, on the same:  ${outcome(last.report)}`,
  ];
}

function conditionText(condition: ConditionRecord): string {
  const { settings, final, everyStep, sinceOnset, together, disagreements } = condition;
  const rows = [
    delayRow('final decisions', together.final.summary.decisions, final),
    delayRow('every step', together.everyStep.summary.decisions, everyStep),
    delayRow('from onset', together.final.summary.decisions, sinceOnset),
  ];
  return [
    settingsText(settings),
    textTable(['ms', 'n', 'p50', 'p90', 'p99', 'p99.9', 'max'], rows),
    lossText(condition),
    warmupText(condition),
    ...clockText(condition),
    ...stageText(condition),
    ...earlyText(condition),
    ...(disagreements > 0 ? [`  ${disagreements} windows were decided otherwise in another run`] : []),
  ].join('\n');
}

/** The report in lines. */
export function latencyText(report: LatencyReport, out: string): string {
  const { path: way, url, repeats, recordings, rounds, unknownLabels, conditions } = report;
  const ways = {
    'own-server': 'a server process for each run',
    remote: url ?? '',
    direct: 'without a network',
  };
  return [
    `${ways[way]}; open loop; ${repeats} ${repeats === 1 ? 'run' : 'runs'} of ${recordings} recordings, ${rounds} times each; ± is a 95 % interval over runs`,
    ...(unknownLabels.length > 0 ? [`labels that the model does not know: ${unknownLabels.join(', ')}`] : []),
    ...conditions.map(conditionText),
    `wrote ${path.join(out, 'latency.json')}, latency.csv, latency.html`,
    '',
  ].join('\n');
}
