/** `saccade latency compare`. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import {
  compareReports,
  readLatencyReport,
  type ComparedCondition,
  type ComparedStatistic,
  type Comparison,
  type Disparity,
  type LatencyReport,
} from '../../latency/index.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { textTable } from '../text-table.ts';
import { settingsText } from './latency-text.ts';

/** Flags of `saccade latency compare`. */
export interface CompareFlags {
  readonly maxSlowdown?: number;
  readonly json?: boolean;
}

/** @throws SaccadeError `BAD_REPORT`, and system errors. */
export async function compareLatency(before: string, after: string, flags: CompareFlags): Promise<void> {
  const comparison = compareReports(await read(before), await read(after));
  process.stdout.write(flags.json ? `${JSON.stringify(comparison)}\n` : comparisonText(comparison));
  if (comparison.conditions.length === 0) {
    process.stderr.write('error NOTHING_TO_COMPARE: no settings are in both reports.\n');
    process.exitCode = EXIT_CODES.badInput;
  } else if (isTooSlow(comparison, flags.maxSlowdown)) process.exitCode = EXIT_CODES.worse;
}

async function read(file: string): Promise<LatencyReport> {
  return readLatencyReport(await readFile(file, 'utf8'), file);
}

/** Whether the slowdown is surely above the limit: its interval is. */
function isTooSlow({ conditions }: Comparison, maxPercent = Infinity): boolean {
  return conditions.some(({ statistics }) =>
    statistics.some(
      ({ of, name, before, low }) =>
        of === 'final' &&
        (name === 'p50' || name === 'p99') &&
        low !== null &&
        low > (before * maxPercent) / 100,
    ),
  );
}

const TITLES = { final: 'final', everyStep: 'every step' } as const;

function row({ of, name, before, after, difference, low, high, verdict }: ComparedStatistic): string[] {
  const range =
    low === null || high === null ? 'one run: not known' : `${low.toFixed(2)} to ${high.toFixed(2)}`;
  const share = before === 0 ? '' : `${((100 * difference) / before).toFixed(1)} %`;
  return [
    `${TITLES[of]} ${name}`,
    before.toFixed(2),
    after.toFixed(2),
    difference.toFixed(2),
    share,
    range,
    verdict,
  ];
}

function disparityLines(disparities: readonly Disparity[]): string[] {
  return disparities.map(({ what, before, after }) => `  ${what}: ${before} → ${after}`);
}

function conditionText({ before, after, disparities, statistics, missing }: ComparedCondition): string {
  const columns = ['ms', 'before', 'after', 'difference', '', '95 % interval', 'verdict'];
  const lost = `  time steps never decided: ${(100 * missing.before).toFixed(2)} % → ${(100 * missing.after).toFixed(2)} %`;
  return [
    disparities.length === 0 ? settingsText(before) : `${settingsText(before)} → ${settingsText(after)}`,
    textTable(columns, statistics.map(row)),
    lost,
  ].join('\n');
}

function comparisonText({ disparities, conditions, onlyBefore, onlyAfter }: Comparison): string {
  return [
    disparities.length === 0 ? 'The same model, machine and schedule.' : 'Not the same:',
    ...disparityLines(disparities),
    ...conditions.map(conditionText),
    ...onlyBefore.map((settings) => `only before: ${settingsText(settings)}`),
    ...onlyAfter.map((settings) => `only after: ${settingsText(settings)}`),
    '',
  ].join('\n');
}
