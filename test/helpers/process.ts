/** The built command in a process of its own, which is killed if it does not end. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

const main = path.resolve(import.meta.dirname, '../../dist/src/cli/main.js');

/** What a process gave. */
export interface ProcessResult {
  /** Exit code; `null` if it was killed because it did not end in time. */
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

/** How a process runs. */
export interface ProcessOptions {
  readonly stdin?: Uint8Array;
  /** Default 20 s. */
  readonly timeoutMs?: number;
  /** Options of Node. */
  readonly node?: readonly string[];
  /** Sent to it, not to its children. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly afterMs: number };
}

/** Runs `saccade` and waits until it and all that it started have ended. */
export function saccadeProcess(
  args: readonly string[],
  { stdin, timeoutMs = 20_000, node = [], signal }: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...node, main, ...args], { detached: true });
    const out: Buffer[] = [];
    let err = '';
    let killed = false;
    // Its children belong to its group.
    const patience = setTimeout(() => {
      killed = true;
      process.kill(-child.pid!, 'SIGKILL');
    }, timeoutMs);
    const sender = signal && setTimeout(() => child.kill(signal.name), signal.afterMs);
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => (err += String(bytes)));
    child.stdin.on('error', () => undefined);
    if (stdin !== undefined) child.stdin.end(stdin);
    // Not before its children have let go of its output.
    child.once('close', (code) => {
      clearTimeout(patience);
      clearTimeout(sender);
      resolve({ code: killed ? null : code, out: Buffer.concat(out), err });
    });
  });
}
