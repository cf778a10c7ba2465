import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { SaccadeError } from '../events/index.ts';

/** Longest time for a server to listen, or to end. */
const SERVER_PATIENCE_MS = 60_000;

/** `saccade serve` as a child that never outlives its parent. */
export class ServerProcess {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #exited: Promise<number>;
  readonly #kill = (): void => {
    this.#child.kill('SIGKILL');
  };

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code) => {
        resolve(code ?? -1);
      });
      this.#child.once('error', () => {
        resolve(-1);
      });
    });
    process.once('exit', this.#kill);
  }

  /** The address from its first line. */
  async ingestUrl(): Promise<string> {
    const lines = createInterface({ input: this.#child.stdout });
    const patience = new AbortController();
    try {
      const line = await Promise.race([
        once(lines, 'line').then(([first]: string[]) => first!),
        this.#exited.then((code) => `ended with code ${code} before it listened`),
        setTimeout(SERVER_PATIENCE_MS, 'did not listen in a minute', { signal: patience.signal }),
      ]);
      if (!line.startsWith('{')) throw new SaccadeError('NO_SERVER', `The server ${line}.`);
      return (JSON.parse(line) as { ingest: string }).ingest;
    } catch (error) {
      await this.end();
      throw error;
    } finally {
      patience.abort();
      // What it prints later must not fill the pipe.
      lines.close();
      this.#child.stdout.resume();
    }
  }

  /** Ends it in good order, or by force. */
  async end(): Promise<void> {
    this.#child.kill('SIGTERM');
    const patience = globalThis.setTimeout(this.#kill, SERVER_PATIENCE_MS);
    await this.#exited;
    clearTimeout(patience);
    process.removeListener('exit', this.#kill);
  }
}
