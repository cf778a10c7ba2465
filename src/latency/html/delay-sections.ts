/** Delays: tables, distributions, sweeps, time. */
import { DelayHistogram, type DelayDistribution } from '../histogram.ts';
import type { ConditionRecord, DelayIntervals, LatencyReport, RunRecord, Settings } from '../measurement.ts';
import type { MeanInterval } from '../statistics.ts';
import { COLOURS, lineChart, stackedBars, type Series } from './charts.ts';
import { settingsName, variedSettings } from './condition-names.ts';
import { digits, escape, figure, legend, percent, section, table } from './markup.ts';
import { STAGE_TEXTS, STAGES } from '../stages.ts';

/** Beyond so many, lines cannot be told apart. */
const MOST_LINES = COLOURS;
/** Fewer decisions have no 99th percentile apart from their slowest. */
const ENOUGH_FOR_P99 = 100;

const total = (runs: readonly RunRecord[], count: (run: RunRecord) => number): number =>
  runs.reduce((sum, run) => sum + count(run), 0);

/** A mean with half its interval. */
function interval({ mean, low, high }: MeanInterval): string {
  return low === null || high === null
    ? digits(mean)
    : `${digits(mean)} <small>±${digits((high - low) / 2)}</small>`;
}

function delayCells(n: number, lost: string, delays: DelayIntervals): string[] {
  const { p50, p90, p99, p999, max, mean } = delays;
  return [n.toLocaleString('en'), lost, ...[p50, p90, p99, p999, max, mean].map(interval)];
}

/** The one table that is cited. */
export function delaySection({ conditions, repeats }: LatencyReport): string {
  const varied = variedSettings(conditions);
  const rows = conditions.flatMap((condition) => {
    const { settings, together, final, everyStep, sinceOnset, runs } = condition;
    const expected = total(runs, ({ steps }) => steps.expected);
    const missing = total(runs, ({ steps }) => steps.missing) / Math.max(1, expected);
    const prefix = varied.length === 0 ? '' : `${settingsName(settings, varied)}: `;
    const lost = missing === 0 ? '0' : `<b>${percent(missing)}</b>`;
    return [
      [`${prefix}final decisions`, ...delayCells(together.final.summary.decisions, lost, final)],
      [`${prefix}every time step`, ...delayCells(together.everyStep.summary.decisions, lost, everyStep)],
      [`${prefix}from the window’s onset`, ...delayCells(together.final.summary.decisions, lost, sinceOnset)],
    ];
  });
  const few = conditions.some(({ runs }) => runs.some((run) => run.final.summary.decisions < ENOUGH_FOR_P99));
  const note = repeats < 2 ? 'One run: no interval is known.' : `Means over ${repeats} runs, ± half of the 95 % interval (Student’s t over runs).`; // prettier-ignore
  return section(
    'Delay, milliseconds',
    table(['', 'n', 'never decided', 'p50', 'p90', 'p99', 'p99.9', 'max', 'mean'], rows),
    `<p>${note}${few ? ` A run has fewer than ${ENOUGH_FOR_P99} final decisions: its p99 is its slowest one; <b>--rounds</b> gives more.` : ''}</p>`,
    '<p>From when the last event of the time step was due at the sensor to the decision at the client; “from the window’s onset” from its first event. The schedule is fixed before the first event leaves, and nothing late is left out.</p>',
  );
}

/** Where the time goes. */
export function stageSection({ conditions }: LatencyReport): string {
  const known = conditions.flatMap(({ settings, runs }) => {
    // A run in which nothing was decided has none.
    const traced = runs.filter(({ stages }) => stages !== null);
    return traced.length === 0 ? [] : [{ settings, runs: traced }];
  });
  if (known.length === 0)
    return section('Where the time goes', '<p>This server does not say where the time goes.</p>');
  const varied = variedSettings(conditions);
  const means = known.map(({ settings, runs }) => ({
    label: varied.length === 0 ? 'mean of final decisions' : settingsName(settings, varied),
    parts: STAGES.map((_, i) => total(runs, (run) => run.stages![i]!) / runs.length),
  }));
  const first = known[0]!.runs[0]!;
  const { p50, p99, max } = first.examples!;
  const examples = [
    { label: `the decision at p50: ${p50.recording}`, parts: p50.stages },
    { label: `at p99: ${p99.recording}`, parts: p99.stages },
    { label: `the slowest: ${max.recording}`, parts: max.stages },
  ];
  const rows = STAGES.map((stage, i) => [
    STAGE_TEXTS[stage].title,
    ...means.map(({ parts }) => digits(parts[i]!)),
    ...examples.map(({ parts }) => digits(parts[i]!)),
  ]);
  const definitions = STAGES.map(
    (stage) => `<dt>${STAGE_TEXTS[stage].title}</dt><dd>${STAGE_TEXTS[stage].what}</dd>`,
  );
  const clock =
    first.clock === null
      ? ''
      : ' The two ways over the network are told apart by the estimate of the server’s clock below.';
  return section(
    'Where the time goes',
    legend(STAGES.map((stage) => STAGE_TEXTS[stage].title)),
    '<div class="plots">',
    figure('Means of final decisions, ms', stackedBars(means, 'ms')),
    figure('Single decisions of the first run, as they were, ms', stackedBars(examples, 'ms')),
    '</div>',
    table(['ms', ...means.map(({ label }) => escape(label)), 'at p50', 'at p99', 'slowest'], rows),
    `<p>The parts of a decision are all of its delay.${clock}</p>`,
    `<dl>${definitions.join('')}</dl>`,
  );
}

/** Percentiles denser towards the tail: x is 1 / (1 - share). */
function distributionPoints(distribution: DelayDistribution): { x: number; y: number }[] {
  const histogram = new DelayHistogram(distribution);
  const { decisions } = distribution.summary;
  const points: { x: number; y: number }[] = [];
  for (let x = 1; x <= 2 * decisions; x *= 1.12) points.push({ x, y: histogram.percentile(1 - 1 / x) });
  return points;
}

const PERCENTILE_TICKS = [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999];

/** All runs put together, by percentile. */
export function distributionSection({ conditions }: LatencyReport): string {
  const varied = variedSettings(conditions);
  const shown = conditions.slice(0, MOST_LINES);
  const plot = (of: 'final' | 'everyStep'): string => {
    const most = Math.max(2, ...shown.map(({ together }) => 2 * together[of].summary.decisions));
    const ticks = PERCENTILE_TICKS.filter((share) => 1 / (1 - share) <= most);
    return lineChart(
      {
        label: 'percentile',
        log: true,
        ticks: ticks.map((share) => ({ at: 1 / (1 - share), text: `${Number((100 * share).toFixed(3))} %` })),
      },
      { label: 'ms', log: true },
      shown.map(({ together }, colour) => ({ points: distributionPoints(together[of]), colour })),
    );
  };
  const names = shown.map(({ settings }) => settingsName(settings, varied));
  return section(
    'Delay by percentile',
    varied.length === 0 ? '' : legend(names.map(escape)),
    conditions.length > shown.length
      ? `<p>The first ${MOST_LINES} of ${conditions.length} settings.</p>`
      : '',
    '<div class="plots">',
    figure('Final decisions', plot('final')),
    figure('Every time step', plot('everyStep')),
    '</div>',
  );
}

const SETTING_TITLES: Readonly<Record<keyof Settings, string>> = {
  rate: 'times the recordings’ speed',
  cameras: 'cameras',
  policy: 'policy',
  threads: 'threads of the engine',
  windowMs: 'window, ms',
};

/** One plot for each setting and statistic: the setting along x, a line for each value of the others. */
export function sweepSection({ conditions }: LatencyReport): string {
  const varied = variedSettings(conditions);
  if (varied.length === 0) return '';
  const parts = varied.map((name) => {
    const others = varied.filter((other) => other !== name);
    const values = [...new Set(conditions.map(({ settings }) => settings[name]))];
    const groups = new Map<string, ConditionRecord[]>();
    for (const condition of conditions) {
      const key = settingsName(condition.settings, others);
      groups.set(key, [...(groups.get(key) ?? []), condition]);
    }
    const lines = [...groups.entries()].slice(0, MOST_LINES);
    const plot = (statistic: 'p50' | 'p99', of: 'final' | 'everyStep'): string =>
      lineChart(
        {
          label: SETTING_TITLES[name],
          ticks: values.map((value, i) => ({ at: i, text: String(value) })),
          include: [-0.3, values.length - 0.7],
        },
        { label: 'ms', include: [0] },
        lines.map(([, own], colour): Series => ({
          form: 'bars',
          colour,
          points: own.map((condition) => {
            const { mean, low, high } = condition[of][statistic];
            // No delay is below 0, whatever the interval of few runs is.
            const least = low === null ? null : Math.max(0, low);
            return { x: values.indexOf(condition.settings[name]), y: mean, low: least, high };
          }),
        })),
      );
    return [
      `<h3>By ${SETTING_TITLES[name]}</h3>`,
      others.length === 0 ? '' : legend(lines.map(([key]) => escape(key))),
      '<div class="plots">',
      figure('p50 of final decisions', plot('p50', 'final')),
      figure('p99 of every time step', plot('p99', 'everyStep')),
      '</div>',
    ].join('\n');
  });
  return section('Sweeps', '<p>Bars are 95 % intervals over runs; runs of all settings were mixed.</p>', ...parts); // prettier-ignore
}

/** Delay over the time of the first run of each condition. */
export function timelineSection({ conditions, warmupRecordings }: LatencyReport): string {
  const varied = variedSettings(conditions);
  const plots = conditions.slice(0, 6).map(({ settings, runs }) => {
    const { timeline, warmup, everyStep } = runs[0]!;
    const warm = warmup.summary.decisions;
    let seen = 0;
    const end = timeline.find(({ decisions }) => (seen += decisions) >= warm)?.atSeconds ?? 0;
    const points = (of: 'medianMs' | 'maxMs'): { x: number; y: number }[] =>
      timeline.map((point) => ({ x: point.atSeconds, y: Math.max(point[of], 0.001) }));
    const svg = lineChart(
      { label: 'seconds', include: [0] },
      { label: 'ms', log: true },
      [
        { points: points('maxMs'), colour: 1, form: 'dots' },
        { points: points('medianMs'), colour: 0 },
      ],
      warm > 0 ? [{ from: 0, to: end, text: 'warm-up' }] : [],
    );
    const name = varied.length === 0 ? 'The first run' : settingsName(settings, varied);
    const slowest = `warm-up: slowest ${digits(warmup.summary.max)} ms, then ${digits(everyStep.summary.max)} ms`;
    return figure(`${escape(name)}; ${slowest}`, svg);
  });
  return section(
    'Delay over time',
    legend(['median of a stretch', 'its slowest decision']),
    `<div class="plots">${plots.join('')}</div>`,
    `<p>Every time step. The first ${warmupRecordings} recordings of each run warm it up and are in no other number.</p>`,
  );
}
