/** Says on standard error what a source waits for, and ends a run when its bounds are reached. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceLog } from '../../live/index.ts';
import { printableText } from '../printable.ts';
import type { BoundFlags } from '../source-options.ts';

/** Between two looks. */
const LOOK_MS = 250;

/** What is watched. */
export interface WatchedSource {
  readonly advice: string | null;
}

/** Numbers in advice change with every look. */
const kindOf = (advice: string | null): string | null => advice?.replace(/\d+/g, '') ?? null;

/**
 * Waits until the run is over: its time is up, so many streams have ended, the signal says so, or `work` has ended.
 * Meanwhile new advice is printed.
 *
 * @param streams how many streams have ended.
 */
export async function untilOver(
  source: WatchedSource,
  { seconds = Infinity, streams: wanted = Infinity }: BoundFlags,
  { streams, signal, work }: { streams: () => number; signal: AbortSignal; work?: Promise<unknown> },
): Promise<void> {
  const until = performance.now() + seconds * 1000;
  let told: string | null = null;
  let over = false;
  const ended = (): void => {
    over = true;
  };
  work?.then(ended, ended);
  while (!over && !signal.aborted && performance.now() < until && streams() < wanted) {
    const { advice } = source;
    if (kindOf(advice) !== told && advice !== null) process.stderr.write(printableText(`note: ${advice}\n`));
    told = kindOf(advice);
    await sleep(Math.min(LOOK_MS, Math.max(1, until - performance.now())), undefined, { signal }).catch(
      () => undefined,
    );
  }
}

/** What a source says while it runs: faults only, the rest is advice. */
export const sourceLog: SourceLog = (level, message, fields) => {
  if (level !== 'error') return;
  const { error } = fields as { readonly error?: unknown };
  process.stderr.write(printableText(`${message}: ${error instanceof Error ? error.message : ''}\n`));
};
