/** `saccade preprocess --check`. */
import process from 'node:process';
import { checkOutputs, type OutputCheck } from '../preprocess/index.ts';
import { count } from './decode-notes.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { printable } from './printable.ts';
import { startProgress, type Progress } from './progress.ts';

/** Paths that are listed of each kind; `--json` has all. */
const LISTED = 100;
const MB = 1e6;

/** Compares folders with their manifests, says what is wrong, and sets the exit code. */
export async function checkFolder(root: string, json: boolean): Promise<void> {
  let bar: Progress | undefined;
  const checks = await checkOutputs(root, (done, total) => {
    bar ??= startProgress('{bar} {value}/{total} files ETA {eta_formatted}', total);
    bar.update(done);
  }).finally(() => bar?.stop());
  process.stdout.write(json ? `${JSON.stringify(checks)}\n` : checks.map(checkText).join(''));
  if (checks.some(isWrong)) process.exitCode = EXIT_CODES.partial;
}

function isWrong({ missing, changed, extra }: OutputCheck): boolean {
  return missing.length + changed.length + extra.length > 0;
}

/** What was found, in words. */
export function checkText(check: OutputCheck): string {
  const { folder, files, bytes, failures, missing, changed, extra } = check;
  const found = isWrong(check)
    ? `${count(missing.length)} missing, ${count(changed.length)} changed, ${count(extra.length)} too many`
    : 'all as the manifest says';
  const lines = [
    `${printable(folder)}: ${count(files)} files, ${(bytes / MB).toFixed(1)} MB read: ${found}`,
    ...listed(
      'missing',
      missing.map((name) => printable(name)),
    ),
    ...listed(
      'changed',
      changed.map(({ path, problem }) => `${printable(path)}: ${printable(problem)}`),
    ),
    ...listed(
      'too many',
      extra.map((name) => printable(name)),
    ),
  ];
  if (failures > 0) lines.push(`  note: ${count(failures)} failed when it was made, and have no output`);
  return `${lines.join('\n')}\n`;
}

function listed(kind: string, names: readonly string[]): string[] {
  const lines = names.slice(0, LISTED).map((name) => `  ${kind} ${name}`);
  if (names.length > LISTED) lines.push(`  ${kind} and ${count(names.length - LISTED)} more (--json)`);
  return lines;
}
