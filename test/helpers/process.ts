/** The built command in a process of its own, which is killed if it does not end. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

const main = path.resolve(import.meta.dirname, '../../dist/cli/main.js');

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
  /** Whether its standard input ends behind `stdin`. Default true. */
  readonly endStdin?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Default a minute: a loaded machine takes its time, a process that hangs takes for ever. */
  readonly timeoutMs?: number;
  /** Options of Node. */
  readonly node?: readonly string[];
  /** Sent to it, not to its children, once it has printed something. */
  readonly signal?: { readonly name: NodeJS.Signals; readonly when: RegExp };
}

/** Runs `saccade` and waits until it and all that it started have ended. */
export function saccadeProcess(
  args: readonly string[],
  { stdin, endStdin = true, env = {}, timeoutMs = 60_000, node = [], signal }: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...node, main, ...args], {
      detached: true,
      env: { ...process.env, ...env },
    });
    const out: Buffer[] = [];
    let err = '';
    let killed = false;
    // Its children belong to its group.
    const patience = setTimeout(() => {
      killed = true;
      process.kill(-child.pid!, 'SIGKILL');
    }, timeoutMs);
    let isSent = signal === undefined;
    const look = (): void => {
      if (isSent || !signal!.when.test(`${Buffer.concat(out).toString()}${err}`)) return;
      isSent = true;
      child.kill(signal!.name);
    };
    child.stdout.on('data', (bytes: Buffer) => {
      out.push(bytes);
      look();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      err += String(bytes);
      look();
    });
    child.stdin.on('error', () => undefined);
    if (stdin !== undefined) child.stdin.write(stdin);
    if (stdin !== undefined && endStdin) child.stdin.end();
    // Not before its children have let go of its output.
    child.once('close', (code) => {
      clearTimeout(patience);
      resolve({ code: killed ? null : code, out: Buffer.concat(out), err });
    });
  });
}
