/** One file, from whichever mirror has it: goes on where it ended, checked while it comes, there whole or not at all. */
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { DatasetFile } from '../../../datasets/index.ts';
import { FIRST_BACKOFF_MS, fullJitterMs, MAX_BACKOFF_MS } from '../../live/clients/backoff.ts';
import { DownloadError } from './download-error.ts';
import { mustOpen } from './must-open.ts';
import { PartFile, type FileHashes } from './part-file.ts';
import { requestRange, type RangeAnswer } from './range-request.ts';

/** How a file is fetched. */
export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** Longest time without a byte. Default 30 s. */
  readonly stallMs?: number;
  /** How often a mirror is asked without getting further. Default 6. */
  readonly attempts?: number;
  /** Bound of the first wait before it is asked again; see `fullJitterMs`. */
  readonly firstBackoffMs?: number;
  readonly onProgress?: (bytes: number, total: number | null) => void;
  /** What a person should know meanwhile: a mirror failed, the file began anew. */
  readonly onNote?: (note: string) => void;
}

/** A file that is there now. */
export interface DownloadedFile extends FileHashes {
  readonly name: string;
  readonly url: string;
  readonly bytes: number;
  /** Bytes that an earlier run had left. */
  readonly resumedFrom: number;
  /** Whether a source states a hash, and it is that one. */
  readonly checked: boolean;
}

const STALL_MS = 30_000;
const ATTEMPTS = 6;
/** An attempt that brings so much more than any before does not count: a host that cuts now and then gets there. */
const PROGRESS_BYTES: number = 1 << 20;

/**
 * Fetches a file into a folder that is there.
 *
 * @throws DownloadError: of the only mirror, or `ALL_MIRRORS_FAILED`; the signal's reason.
 */
export async function downloadFile(
  file: DatasetFile,
  folder: string,
  options: DownloadOptions,
): Promise<DownloadedFile> {
  const part = await PartFile.open(path.join(folder, file.name));
  const resumedFrom = part.bytes;
  const failures: DownloadError[] = [];
  try {
    for (const url of file.mirrors) {
      try {
        await new MirrorDownload(file, url, part, options).run();
        const { bytes } = part;
        const hashes = part.hashes();
        await part.commit();
        return { name: file.name, url, bytes, resumedFrom, checked: file.hash !== undefined, ...hashes };
      } catch (error) {
        if (!(error instanceof DownloadError) || error.code === 'NO_SPACE') throw error;
        failures.push(error);
        if (failures.length < file.mirrors.length)
          options.onNote?.(`${error.message} Trying the next mirror.`);
      }
    }
  } finally {
    await part.close();
  }
  if (failures.length === 1) throw failures[0]!;
  const reasons = failures.map(({ code, message }) => `${code}: ${message}`).join(' ');
  throw new DownloadError(
    'ALL_MIRRORS_FAILED',
    file.name,
    `None of ${failures.length} mirrors has the file. ${reasons}`,
  );
}

/** A file from one mirror. */
class MirrorDownload {
  readonly #file: DatasetFile;
  readonly #url: string;
  readonly #part: PartFile;
  readonly #options: DownloadOptions;

  constructor(file: DatasetFile, url: string, part: PartFile, options: DownloadOptions) {
    this.#file = file;
    this.#url = url;
    this.#part = part;
    this.#options = options;
  }

  async run(): Promise<void> {
    const { attempts = ATTEMPTS, firstBackoffMs = FIRST_BACKOFF_MS, signal, onNote } = this.#options;
    let furthest = this.#part.bytes;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#attempt();
        return;
      } catch (error) {
        if (!(error instanceof DownloadError) || !error.passing) throw error;
        if (this.#part.bytes >= furthest + PROGRESS_BYTES) attempt = 0;
        furthest = Math.max(furthest, this.#part.bytes);
        if (attempt >= attempts) throw error;
        onNote?.(`${error.message} Trying again.`);
        const backoff = fullJitterMs(Math.max(0, attempt - 1), firstBackoffMs, MAX_BACKOFF_MS);
        await wait(Math.max(error.retryAfterMs, backoff), undefined, { signal }).catch(() => undefined);
        signal.throwIfAborted();
      }
    }
  }

  async #attempt(): Promise<void> {
    const part = this.#part;
    await this.#dropStrangers();
    const resumed = part.bytes > 0;
    // All there, and only the end of the run before was missing.
    if (!resumed || part.bytes !== part.origin?.total) await this.#fetch();
    await this.#check(resumed);
  }

  /** Bytes of a host that names no version of the file may be joined only where a hash tells whether that was right. */
  async #dropStrangers(): Promise<void> {
    const { origin } = this.#part;
    if (origin === null || this.#file.hash !== undefined) return;
    if (origin.url !== this.#url || origin.validator === null) await this.#part.restart();
  }

  async #fetch(): Promise<void> {
    const { signal, stallMs = STALL_MS, onProgress, onNote } = this.#options;
    const part = this.#part;
    const before = part.origin;
    const sameHost = before?.url === this.#url;
    const answer = await this.#request(sameHost ? before.validator : null, signal, stallMs);
    if (answer.start !== part.bytes) {
      await part.restart();
      onNote?.(
        `${this.#file.name} begins anew: the host sends it from the first byte on only, or it is another file now.`,
      );
    } else if (before !== null && part.bytes > 0) await this.#mustBeSame(before, answer, sameHost);
    this.#checkLength(answer.total);
    await this.#checkSpace(answer.total);
    await part.from({ url: this.#url, validator: answer.validator, total: answer.total });
    const most = answer.total ?? this.#file.bytes ?? Infinity;
    for await (const chunk of answer.body) {
      if (part.bytes + chunk.length > most) {
        await part.restart();
        throw this.#fault('WRONG_LENGTH', `More than the ${most} bytes that were stated came.`);
      }
      await part.append(chunk);
      onProgress?.(part.bytes, answer.total);
    }
    if (answer.total !== null && part.bytes < answer.total)
      throw this.#fault('CUT_SHORT', `${part.bytes} of ${answer.total} bytes came.`);
  }

  async #request(validator: string | null, signal: AbortSignal, stallMs: number): Promise<RangeAnswer> {
    const { name } = this.#file;
    try {
      return await requestRange({ name, url: this.#url, from: this.#part.bytes, validator, stallMs, signal });
    } catch (error) {
      // What is here is none of what is there.
      if (error instanceof DownloadError && error.code === 'WRONG_RANGE') await this.#part.restart();
      throw error;
    }
  }

  /** A host may ignore `If-Range`. */
  async #mustBeSame(
    before: { readonly validator: string | null; readonly total: number | null },
    answer: RangeAnswer,
    sameHost: boolean,
  ): Promise<void> {
    const renamed = sameHost && before.validator !== answer.validator;
    const resized = before.total !== null && answer.total !== null && before.total !== answer.total;
    if (!renamed && !resized) return;
    await this.#part.restart();
    throw this.#fault('CHANGED', 'The file became another one while it was fetched.');
  }

  #checkLength(total: number | null): void {
    const { bytes } = this.#file;
    if (bytes === undefined || total === null || total === bytes) return;
    throw this.#fault('WRONG_LENGTH', `The file has ${total} bytes there, and must have ${bytes}.`);
  }

  async #checkSpace(total: number | null): Promise<void> {
    if (total === null) return;
    const { bavail, bsize } = await statfs(path.dirname(this.#part.path));
    const missing = total - this.#part.bytes - bavail * bsize;
    if (missing <= 0) return;
    throw new DownloadError(
      'NO_SPACE',
      path.dirname(this.#part.path),
      `${this.#file.name} needs ${missing} bytes more than the disk has left.`,
    );
  }

  /** The whole file. What is wrong with it is thrown away: no range of it is worth keeping. */
  async #check(resumed: boolean): Promise<void> {
    const { hash, bytes, name } = this.#file;
    const part = this.#part;
    if (part.bytes === 0) throw this.#fault('EMPTY_ANSWER', 'The host sent no bytes.');
    if (bytes !== undefined && part.bytes !== bytes) {
      const came = part.bytes;
      await part.restart();
      throw this.#fault('WRONG_LENGTH', `${came} bytes came, the file must have ${bytes}.`);
    }
    if (hash !== undefined) {
      const found = part.hashes()[hash.algorithm];
      if (found === hash.hex) return;
      await part.restart();
      const again = resumed ? ' The part of an earlier attempt may be another file; it was thrown away.' : '';
      throw this.#fault(
        'WRONG_HASH',
        `The ${hash.algorithm} of ${name} is ${found}, and must be ${hash.hex}.${again}`,
        resumed,
      );
    }
    await mustOpen(name, part.path, this.#url).catch(async (error: unknown) => {
      await part.restart();
      throw error;
    });
  }

  #fault(code: DownloadError['code'], problem: string, passing?: boolean): DownloadError {
    return new DownloadError(code, this.#url, problem, passing === undefined ? {} : { passing });
  }
}
