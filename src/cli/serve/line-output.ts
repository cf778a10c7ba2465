/** Lines of a service that goes on: whatever happens to where they go, they neither block nor end it, nor fill its memory. */
import { fstatSync, writeSync } from 'node:fs';
import process from 'node:process';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import type { ServerProblems } from '../../live/index.ts';

/** Unsent bytes above which lines are left out: nobody reads them. */
const MAX_WAITING_BYTES = 2 ** 20;

/** See {@link LineOutput}. */
export interface LineOutputOptions {
  /** For the codes of problems: `stdout`, `log`. */
  readonly name: string;
  readonly fd: 1 | 2;
  readonly problems: ServerProblems;
  /** For tests. Default: whether it is a file. */
  readonly isFile?: boolean;
  readonly stream?: Writable;
  readonly write?: (text: string) => void;
}

/** Whether it is written at once: no pipe, socket or terminal. */
function isFileLike(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return !stat.isFIFO() && !stat.isSocket() && !isatty(fd);
  } catch {
    return false;
  }
}

/** Standard output or error of a service. What cannot be written is left out and noted as a problem, until it can again. */
export class LineOutput {
  readonly #options: LineOutputOptions;
  readonly #isFile: boolean;
  #closed = false;

  constructor(options: LineOutputOptions) {
    this.#options = options;
    this.#isFile = options.isFile ?? isFileLike(options.fd);
  }

  /** Whether all that was printed has left. */
  get isFlushed(): boolean {
    return this.#closed || this.#isFile || this.#stream.writableLength === 0;
  }

  /** Whoever read it is gone. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#note('closed', 'is closed: nobody reads it any more.');
  }

  print(line: string): void {
    if (this.#closed) return;
    if (this.#isFile) this.#toFile(`${line}\n`);
    else this.#toStream(`${line}\n`);
  }

  get #stream(): Writable {
    return this.#options.stream ?? (this.#options.fd === 1 ? process.stdout : process.stderr);
  }

  #toFile(text: string): void {
    const { fd, write = (bytes: string) => void writeSync(fd, bytes) } = this.#options;
    try {
      write(text);
      this.#clear('unwritable');
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      this.#note('unwritable', `cannot be written (${code}): lines are lost.`);
    }
  }

  #toStream(text: string): void {
    const stream = this.#stream;
    if (stream.destroyed) {
      this.close();
    } else if (stream.writableLength > MAX_WAITING_BYTES) {
      this.#note('stuck', 'is not read: lines are left out.');
    } else {
      stream.write(text);
      this.#clear('stuck');
    }
  }

  #note(kind: string, what: string): void {
    const { name, problems } = this.#options;
    problems.note(`${name}-${kind}`, `${name === 'log' ? 'The log' : 'Standard output'} ${what}`);
  }

  #clear(kind: string): void {
    this.#options.problems.clear(`${this.#options.name}-${kind}`);
  }
}
