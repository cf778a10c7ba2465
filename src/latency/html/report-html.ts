/** The report as a page: one file, no scripts, nothing from elsewhere. */
import type { LatencyReport, RunRecord } from '../measurement.ts';
import { settingsName, variedSettings } from './condition-names.ts';
import {
  delaySection,
  distributionSection,
  stageSection,
  sweepSection,
  timelineSection,
} from './delay-sections.ts';
import { earlySection } from './early-section.ts';
import { digits, escape, section, table } from './markup.ts';
import { STYLE } from './style.ts';

const WAYS = {
  'own-server': 'through a WebSocket, a server process for each run on the same machine',
  remote: 'through a WebSocket, a server that ran already',
  direct: 'in this process, without a network',
} as const;

/** The generator is as good as the delays it measures: later than this share of the median it is said. */
const LATE_SHARE = 0.5;

function heading(report: LatencyReport): string {
  const { model, path, url, machine, createdAt, seed, repeats, rounds, recordings, batchMs, conditions } =
    report;
  const varied = variedSettings(conditions);
  const fixed =
    varied.length === 0 ? settingsName(conditions[0]!.settings) : `settings: ${conditions.length}`;
  const where = url === null ? WAYS[path] : `${WAYS[path]}: ${escape(url)}`;
  const engine = report.engine === null ? '' : `, engine ${escape(report.engine)}`;
  const governor = machine.governor === null ? '' : `, governor ${escape(machine.governor)}`;
  return `<h1>Decision latency of ${escape(model.name)}</h1>
<p>${where} · open loop · ${escape(fixed)} · ${recordings} recordings, ${rounds} times in each of ${repeats} ${repeats === 1 ? 'run' : 'runs'} · messages of ${batchMs} ms</p>
<p>${escape(machine.cpu)}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${escape(machine.platform)}, Node ${escape(machine.node)}, WebAssembly SIMD ${machine.simd ? 'on' : 'off'}${governor}${engine} · saccade ${escape(report.saccade)} · ${escape(createdAt)} · seed ${seed} · model ${escape(model.sha256.slice(0, 12))}</p>`;
}

/** What spoils a result, said before it. */
function warnings({ conditions, unknownLabels }: LatencyReport): string {
  const runs = conditions.flatMap((condition) => condition.runs);
  const outside = runs.reduce(
    (sum, { everyStep, warmup }) => sum + everyStep.outOfRange + warmup.outOfRange,
    0,
  );
  const late = runs.filter(
    ({ generatorLateMs, eventLoopDelayMs, everyStep }) =>
      Math.max(generatorLateMs.p99, eventLoopDelayMs.p99) > LATE_SHARE * everyStep.summary.p99 &&
      generatorLateMs.p99 > LATE_FLOOR_MS,
  );
  const jumped = runs.filter(({ clock }) => clock?.consistent === false).length;
  const texts = [
    ...(outside > 0 ? [`${outside} delays were out of range and are in no percentile: the report flatters.`] : []),
    ...(late.length > 0
      ? [`In ${late.length} runs the load generator itself was late (p99 up to ${digits(Math.max(...late.map((run) => run.generatorLateMs.p99)))} ms): part of the delays is its own. A machine of its own for the generator, or fewer cameras, help.`]
      : []),
    ...(jumped > 0 ? [`In ${jumped} runs the server’s clock did not run evenly: how the time is shared between the two ways over the network is not known.`] : []),
    ...(unknownLabels.length > 0 ? [`The model has no class ${escape(unknownLabels.join(', '))}: such recordings say nothing of its accuracy.`] : []),
  ]; // prettier-ignore
  return texts.length === 0
    ? ''
    : `<section class="warn">${texts.map((text) => `<p>${text}</p>`).join('')}</section>`;
}

const LATE_FLOOR_MS = 3;

function clockCells({ clock }: RunRecord): string[] {
  if (clock === null) return ['one clock', '–', '–', '–'];
  const { offsetMs, uncertaintyMs, driftPpm, driftUncertaintyPpm, rttMs, exchanges, consistent } = clock;
  const drift =
    driftPpm === null ? '–' : `${driftPpm.toFixed(1)} <small>±${driftUncertaintyPpm!.toFixed(1)}</small>`;
  return [
    `${offsetMs.toFixed(3)} <small>±${uncertaintyMs.toFixed(3)}</small>`,
    consistent ? drift : '<b>jumps</b>',
    `${digits(rttMs.min)} / ${digits(rttMs.median)}`,
    String(exchanges),
  ];
}

function losses(dropped: Readonly<Record<string, number>>): string {
  const texts = Object.entries(dropped).map(
    ([reason, count]) => `${count.toLocaleString('en')} ${escape(reason)}`,
  );
  return texts.join(', ') || '0';
}

/** Every run, so that nothing hides in means. */
function runSection({ conditions }: LatencyReport): string {
  const varied = variedSettings(conditions);
  const rows = conditions.flatMap(({ settings, runs }) =>
    runs.map((run) => [
      `${varied.length === 0 ? '' : `${escape(settingsName(settings, varied))}, `}run ${run.repeat + 1}`,
      String(run.order + 1),
      digits(run.final.summary.p50),
      digits(run.final.summary.p99),
      digits(run.everyStep.summary.p99),
      `${run.warmup.summary.decisions}: ${digits(run.warmup.summary.p50)} / ${digits(run.warmup.summary.max)}`,
      `${run.steps.measured} / ${run.steps.expected}`,
      String(run.steps.missing),
      `${run.steps.flushed} / ${run.steps.unmeasured}`,
      losses(run.dropped),
      `${run.sequenceGaps} / ${run.unreadDecisions}`,
      digits(run.sentLateMs.p99),
      `${digits(run.generatorLateMs.p50)} / ${digits(run.generatorLateMs.p99)}`,
      digits(run.eventLoopDelayMs.p99),
      ...clockCells(run),
    ]),
  );
  const head = [
    '',
    'order',
    'final p50',
    'p99',
    'steps p99',
    'warm-up n: p50 / max',
    'steps measured / expected',
    'never decided',
    'by silence / not expected',
    'events left out',
    'gaps / unread',
    'sent late p99',
    'generator late p50 / p99',
    'its loop p99',
    'clock offset',
    'drift, ppm',
    'round trip min / median',
    'asked',
  ];
  return section(
    'Runs',
    table(head, rows),
    '<p>Milliseconds. “Never decided” are time steps that were dropped or lost; “sent late” is back-pressure too, “generator late” only messages that were waited for; “by silence” those that the server closed because the camera sent nothing: no delay of the system, and in no percentile. Events left out count the warm-up too.</p>',
    '<p>The clock offset is the server’s monotonic clock less the client’s. Questions and answers bound it strictly, as no message arrives before it was sent: the true offset lies within ±. The drift is that of all straight lines which agree with every answer; offsets are corrected for it only where no constant does. What is measured from end to end is all of the client’s clock, and depends on none of this.</p>',
  );
}

/** The page of a report. */
export function latencyHtml(report: LatencyReport): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Decision latency of ${escape(report.model.name)}</title><style>${STYLE}</style></head><body>
${heading(report)}
${warnings(report)}
${delaySection(report)}
${stageSection(report)}
${sweepSection(report)}
${distributionSection(report)}
${timelineSection(report)}
${earlySection(report)}
${runSection(report)}
</body></html>
`;
}
