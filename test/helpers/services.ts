/** Commands that run until they are ended, as processes of their own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { onTestFinished } from 'vitest';

const main = path.resolve(import.meta.dirname, '../../dist/cli/main.js');
/** A busy machine takes its time. */
const START_MS = 60_000;

/** A running command. */
export class Service {
  readonly child: ChildProcess;
  /** What it said first, as JSON. */
  first: Record<string, unknown> = {};
  err = '';
  out = '';

  /** @param prefix a command that runs commands. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>>, prefix: readonly string[]) {
    const [program, ...rest] = [...prefix, process.execPath, main, ...args];
    this.child = spawn(program!, rest, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.on('data', (bytes: Buffer) => (this.out += String(bytes)));
    this.child.stderr!.on('data', (bytes: Buffer) => (this.err += String(bytes)));
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves with its first line. */
  async ready(): Promise<this> {
    const until = Date.now() + START_MS;
    while (!this.out.includes('\n')) {
      if (!this.isRunning || Date.now() > until) throw new Error(`It did not start: ${this.err}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.first = JSON.parse(this.out.slice(0, this.out.indexOf('\n'))) as Record<string, unknown>;
    return this;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** @returns its exit code, or the signal that ended it. */
  async end(name: NodeJS.Signals): Promise<number | string | null> {
    if (this.isRunning) {
      const ended = once(this.child, 'exit');
      if (name === 'SIGKILL') this.child.kill('SIGCONT');
      this.child.kill(name);
      await ended;
    }
    return this.child.exitCode ?? this.child.signalCode;
  }
}

/** Starts `saccade`, which ends with the test. */
export function startService(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  prefix: readonly string[] = [],
): Promise<Service> {
  const service = new Service(args, env, prefix);
  onTestFinished(async () => {
    await service.end('SIGKILL');
  });
  return service.ready();
}
