/** Reports for people. */
import type { EvaluationReport, LayerGap } from '../inference/index.ts';
import { isUneven } from './confusion-text.ts';

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;

/** Accuracy with its standard error, and over time. */
export function evaluationText(report: EvaluationReport): string {
  const { mode, rule, correct, samples, accuracy, standardError, accuracyByStep, firingRates } = report;
  const name = `${rule}, ${mode === 'exact' ? 'exact' : 'literal'}`.padEnd(14);
  const steps = accuracyByStep.map((share) => (100 * share).toFixed(0)).join(' ');
  const rates = Object.entries(firingRates)
    .map(([id, rate]) => `${id} ${percent(rate)}`)
    .join(', ');
  return [
    `${name}: ${correct} of ${samples} right, ${percent(accuracy)} ± ${percent(standardError)} (standard error)`,
    ...(isUneven(report)
      ? [`  balanced accuracy (mean recall; classes are uneven): ${percent(report.balancedAccuracy)}`]
      : []),
    `  by time step, %: ${steps}`,
    `  firing rates: ${rates}`,
  ].join('\n');
}

/** What a standard error over windows leaves out; nothing where each recording gave one. */
export function windowsCaution(windows: number, recordings: number): string[] {
  if (windows <= recordings) return [];
  return [
    `  note: ${windows} windows of ${recordings} recordings: windows of one recording are alike, so the true error is larger than the standard error`,
  ];
}

/** How far Eq. 9 is from Eq. 7, layer by layer. */
export function gapText(gaps: readonly LayerGap[]): string {
  const row = (cells: readonly string[]): string =>
    `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(10) : cell.padStart(11))).join('')}`;
  if (gaps.every(({ mixes }) => !mixes)) return 'No neuron has an M_tau: there is no Eq. 9 to compare with.';
  const lines = gaps.map(({ layer, mixes, isolated, endToEnd, firesOnSilence }) =>
    row([
      layer,
      mixes ? percent(isolated.agreement) : 'no M',
      mixes ? isolated.f1.toFixed(3) : '',
      percent(endToEnd.agreement),
      endToEnd.f1.toFixed(3),
      percent(endToEnd.exactRate),
      percent(endToEnd.eq9Rate),
      percent(firesOnSilence),
    ]),
  );
  const head = ['layer', 'agreement', 'F1', 'end to end', 'F1', 'rate Eq. 7', 'rate Eq. 9', 'on silence'];
  return ['Eq. 9 against Eq. 7, spike by spike (equal only for a diagonal M):', row(head), ...lines].join(
    '\n',
  );
}
