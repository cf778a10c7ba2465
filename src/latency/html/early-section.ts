/** How early it could have decided. */
import type { EarlyDecision, EarlyOutcome } from '../early-decision.ts';
import type { ConditionRecord, LatencyReport } from '../measurement.ts';
import type { ShareInterval } from '../statistics.ts';
import { lineChart, type Point } from './charts.ts';
import { settingsName, variedSettings } from './condition-names.ts';
import { digits, escape, figure, legend, percent, section, table } from './markup.ts';

function shareCell(share: ShareInterval | null): string {
  if (share === null) return '–';
  return `${percent(share.share)} <small>${percent(share.low)}–${percent(share.high)}</small>`;
}

function outcomeCells({ accuracy, meanSteps, sinceOnsetMs }: EarlyOutcome): string[] {
  const time =
    sinceOnsetMs === null
      ? '–'
      : `${digits(sinceOnsetMs.mean)}${sinceOnsetMs.low === null ? '' : ` <small>±${digits(sinceOnsetMs.mean - sinceOnsetMs.low)}</small>`}`;
  return [shareCell(accuracy), meanSteps.toFixed(1), time];
}

function sharePoint(x: number, share: ShareInterval | null): Point[] {
  return share === null ? [] : [{ x, y: 100 * share.share, low: 100 * share.low, high: 100 * share.high }];
}

function stepPlots({ byStep }: ConditionRecord): string {
  const x = { label: 'time step', include: [1], ticks: byStep.map(({ step }) => ({ at: step + 1, text: String(step + 1) })).filter((_, i, all) => all.length <= 12 || i % Math.ceil(all.length / 12) === 0) }; // prettier-ignore
  const mean = (of: (step: (typeof byStep)[number]) => number): Point[] =>
    byStep.map((step) => ({ x: step.step + 1, y: 100 * of(step) }));
  return figure(
    'Accuracy, confidence and margin after each time step, %',
    lineChart(x, { label: '%', include: [0, 100] }, [
      {
        points: byStep.flatMap(({ step, accuracy }) => sharePoint(step + 1, accuracy)),
        colour: 0,
        form: 'area',
      },
      { points: mean(({ confidence }) => confidence), colour: 1 },
      { points: mean(({ margin }) => margin), colour: 2 },
      { points: mean(({ asLast }) => asLast), colour: 7, dashed: true },
    ]),
    legend(['accuracy', 'score of the first class', 'its margin over the second', 'decided as at the end'], [0, 1, 2, 7]), // prettier-ignore
  );
}

function tradePlot({ curve, chosen, last }: EarlyDecision): string {
  const point = ({ accuracy, sinceOnsetMs }: EarlyOutcome): Point[] =>
    sinceOnsetMs === null ? [] : sharePoint(sinceOnsetMs.mean, accuracy);
  const series = [
    { points: curve.flatMap(({ report }) => point(report)), colour: 0, form: 'bars' as const },
    { points: last === null ? [] : point(last.report), colour: 7, form: 'bars' as const },
    { points: chosen === null ? [] : point(chosen.report), colour: 1, form: 'bars' as const },
  ];
  return figure(
    'What thresholds of the margin give on the report part',
    lineChart({ label: 'ms from the onset to the decision, mean' }, { label: 'right, %' }, series),
    legend(['thresholds', 'the last step', 'the chosen threshold'], [0, 7, 1]),
  );
}

function ruleText(early: EarlyDecision): string {
  const { threshold, problem, tolerance, choiceRecordings, reportRecordings, onlyEarlyRight, onlyLastRight } =
    early;
  const parts = `${choiceRecordings.length} recordings had a say in the threshold, ${reportRecordings.length} others are reported on`;
  if (threshold === null) return `<p>No stopping rule: ${escape(problem ?? '')}.</p>`;
  return `<p>Decide at the first step whose margin reaches <b>${threshold}</b>: the smallest from which on no larger one costs more than ${percent(tolerance)} of accuracy on the choice part. ${parts}, parted class by class by the seed. On the report part ${onlyEarlyRight} windows are right only when decided early, ${onlyLastRight} only at the last step.</p>`;
}

function ruleTable({ threshold, chosen, last, curve }: EarlyDecision): string {
  if (last === null) return '';
  const rows = [
    ['last step', ...outcomeCells(last.report), ...outcomeCells(last.choice)],
    ...(chosen === null
      ? []
      : [
          [
            `<b>margin ≥ ${threshold}, chosen</b>`,
            ...outcomeCells(chosen.report),
            ...outcomeCells(chosen.choice),
          ],
        ]),
    ...curve.map((point) => [
      `margin ≥ ${point.threshold}`,
      ...outcomeCells(point.report),
      ...outcomeCells(point.choice),
    ]),
  ];
  return table(
    ['', 'right, report part', 'steps', 'ms from onset', 'right, choice part', 'steps', 'ms from onset'],
    rows,
  );
}

/** Accuracy against time, and the stopping rule. */
export function earlySection({ conditions }: LatencyReport): string {
  const varied = variedSettings(conditions);
  // Decisions do not depend on speed or load, unless windows were dropped: once for each window is enough to see.
  const shown = conditions.filter(
    ({ settings }, i) => conditions.findIndex((other) => other.settings.windowMs === settings.windowMs) === i,
  );
  const parts = shown.map((condition) => {
    const { early, settings, byStep, disagreements } = condition;
    const name = varied.length === 0 ? '' : `<h3>${escape(settingsName(settings, varied))}</h3>`;
    const windows = byStep[0]?.windows ?? 0;
    return [
      name,
      `<p>${windows} windows of which every step was decided, each counted once: other runs and cameras saw the same events.${disagreements > 0 ? ` <b>${disagreements} times a window was decided otherwise than before.</b>` : ''}</p>`,
      `<div class="plots">${stepPlots(condition)}${early.last === null ? '' : tradePlot(early)}</div>`,
      ruleText(early),
      ruleTable(early),
    ].join('\n');
  });
  return section(
    'How early could it have decided?',
    ...parts,
    '<p>Intervals of accuracy are Wilson’s at 95 %, of as many trials as there are recordings; of times Student’s, over recordings.</p>',
  );
}
