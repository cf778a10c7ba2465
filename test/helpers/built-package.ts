/** The built package. Node 20 cannot start a worker from TypeScript, so tests of threads run what `npm run build` made. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const entry = new URL('../../dist/src/index.js', import.meta.url);

/** Imports it. */
export async function importBuiltPackage(): Promise<typeof import('../../src/index.ts')> {
  requireBuild();
  return (await import(/* @vite-ignore */ entry.href)) as typeof import('../../src/index.ts');
}

/** Imports its training. */
export async function importBuiltTraining(): Promise<typeof import('../../src/training/index.ts')> {
  requireBuild();
  const training = new URL('training/index.js', entry);
  return (await import(/* @vite-ignore */ training.href)) as typeof import('../../src/training/index.ts');
}

/**
 * Runs a module in a process of its own, in which `saccade` is the built package, and returns what it printed as JSON.
 *
 * @throws if it has not ended after `timeoutMs`.
 */
export function runWithBuiltPackage<Result>(code: string, timeoutMs = 60_000): Result {
  requireBuild();
  const script = `const saccade = await import(${JSON.stringify(entry.href)});\n${code}`;
  const output = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: timeoutMs,
  });
  return JSON.parse(output) as Result;
}

function requireBuild(): void {
  if (!existsSync(fileURLToPath(entry))) throw new Error('Run `npm run build` first.');
}
