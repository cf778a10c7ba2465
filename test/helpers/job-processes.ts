/** Submitters and workers as processes of the built command. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { onTestFinished } from 'vitest';

const main = path.resolve(import.meta.dirname, '../../dist/cli/main.js');

/** A process of the command that can be watched and killed. It does not outlive its test. */
export class CommandProcess {
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  #out = '';
  #err = '';
  #hasEnded = false;

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout!.on('data', (bytes: Buffer) => (this.#out += String(bytes)));
    this.#child.stderr!.on('data', (bytes: Buffer) => (this.#err += String(bytes)));
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#hasEnded = true;
        resolve(code ?? signal!);
      });
    });
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async kill(): Promise<void> {
    this.signal('SIGCONT');
    this.signal('SIGKILL');
    await this.ended;
  }
}

/** Starts `saccade` with these arguments. */
export function startCommand(...args: readonly string[]): CommandProcess {
  const command = new CommandProcess(args);
  onTestFinished(() => command.kill());
  return command;
}

/** A worker of one thread, for files below a folder; lost after a second of silence. */
export function startJobWorker(url: string, share: string): CommandProcess {
  return startCommand(
    ...['worker', '--jobs', '--queue', url, '--share', share],
    ...['--workers', '1', '--retry', '0.2', '--ack-wait', '1'],
  );
}
