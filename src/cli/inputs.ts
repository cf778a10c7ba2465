/** Recordings named on the command line: files, members and whole archives, folders, patterns, standard input. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { glob, isDynamicPattern } from 'tinyglobby';
import { DatasetError } from '../../datasets/errors.ts';
import type { ArchiveOptions } from '../../datasets/sources/archive.ts';
import { isArchiveName } from '../../datasets/sources/archive-kinds.ts';
import { memberOf, RecordingOpener } from '../../datasets/sources/open-source.ts';
import { TreeSource } from '../../datasets/sources/tree-source.ts';
import { compareNatural, type RecordingEntry, type RecordingSource } from '../../datasets/sources/source.ts';
import { eventFormats } from '../formats/index.ts';
import { isRecordingName } from '../formats/unpack/packings.ts';
import { archiveOptions, type ArchiveFlags } from './archive-options.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { blame, exitCodeOf, failureJson, failureText, isInputFailure } from './failure.ts';
import { printable } from './printable.ts';
import { isBesideRecording } from './recording-index.ts';
import { pipedRecording, STANDARD_STREAM } from './standard-input.ts';

/** What the words of the command line stand for. */
export interface Inputs {
  readonly recordings: readonly RecordingEntry[];
  /** Whether there may be several: more than one word, a folder, an archive or a pattern. */
  readonly several: boolean;
}

/** Opens recordings for as long as `use` takes. @throws DatasetError for a word that stands for none. */
export async function withInputs<T>(
  locations: readonly string[],
  flags: ArchiveFlags,
  use: (inputs: Inputs) => Promise<T>,
): Promise<T> {
  const opener = new InputOpener(flags);
  try {
    let several = locations.length > 1;
    const recordings: RecordingEntry[] = [];
    for (const location of locations) {
      const found = await opener.open(location);
      several ||= found.several;
      recordings.push(...found.recordings);
    }
    return await use({ recordings, several });
  } finally {
    await opener.close();
  }
}

function isRecording(id: string): boolean {
  return isRecordingName(id, eventFormats);
}

/** Opens what words stand for, and closes it all. */
export class InputOpener {
  readonly #options: ArchiveOptions;
  readonly #files: RecordingOpener;
  readonly #sources: RecordingSource[] = [];
  #piped: RecordingEntry | undefined;

  constructor(flags: ArchiveFlags) {
    this.#options = archiveOptions(flags);
    this.#files = new RecordingOpener(this.#options);
  }

  /** @throws DatasetError */
  async open(location: string): Promise<Inputs> {
    if (location === STANDARD_STREAM) {
      if (this.#piped !== undefined)
        throw new DatasetError('NOT_FOUND', location, 'Standard input can be read only once.');
      this.#piped = pipedRecording();
      return { recordings: [this.#piped], several: false };
    }
    const about = await stat(location).catch(() => null);
    if (about === null && isDynamicPattern(location) && memberOf(location) === null) {
      return { recordings: await this.#matching(location), several: true };
    }
    if (about?.isDirectory() || isArchiveName(location)) {
      return { recordings: await this.#inside(location), several: true };
    }
    return { recordings: [await this.#files.open(location)], several: false };
  }

  async close(): Promise<void> {
    await Promise.all([this.#files.close(), ...this.#sources.map((source) => source.close())]);
  }

  async #matching(pattern: string): Promise<RecordingEntry[]> {
    const found = await glob(pattern.replaceAll(path.sep, '/'), { absolute: path.isAbsolute(pattern) });
    const files = found.filter((file) => !isBesideRecording(file)).sort(compareNatural);
    if (files.length === 0) throw new DatasetError('NOT_FOUND', pattern, 'No file has such a name.');
    return Promise.all(files.map((file) => this.#files.open(file)));
  }

  async #inside(location: string): Promise<RecordingEntry[]> {
    const source = new TreeSource(location, isRecording, this.#options);
    this.#sources.push(source);
    const files = await source.list();
    const recordings = files.filter(({ id }) => isRecording(id));
    if (recordings.length === 0) {
      const extensions = [...new Set(eventFormats.flatMap((format) => format.extensions))].join(', ');
      throw new DatasetError(
        'EMPTY_DATASET',
        location,
        `No recording is in it, by the extensions ${extensions}.`,
      );
    }
    if (recordings.length < files.length) {
      const others = files.length - recordings.length;
      process.stderr.write(
        `note: ${printable(location)}: ${others} ${others === 1 ? 'file is' : 'files are'} no recording by the extension and left out\n`,
      );
    }
    return recordings;
  }
}

/** How the recordings of {@link forEachRecording} are handled. */
export interface RecordingWork {
  /** Whether a failure is also one JSON object on standard output. */
  readonly json: boolean;
  readonly run: (recording: RecordingEntry) => Promise<void>;
}

/**
 * Works on one recording after the other. Where there are several, one that fails is named and does not stop the others:
 * the exit code says then that some failed, or what all of them failed with.
 */
export async function forEachRecording(
  { recordings, several }: Inputs,
  { json, run }: RecordingWork,
): Promise<void> {
  const failures: unknown[] = [];
  for (const recording of recordings) {
    try {
      await run(recording);
    } catch (cause) {
      const error = blame(cause, recording.location, several);
      if (!several || !isInputFailure(error)) throw error;
      failures.push(error);
      process.stderr.write(`${failureText(error)}\n`);
      if (json) process.stdout.write(failureJson(error, recording.location));
    }
  }
  setExitCode(failures, recordings.length);
}

/** The exit code of some failures among so many recordings: that some failed, or what all of them failed with. */
export function setExitCode(failures: readonly unknown[], recordings: number): void {
  if (failures.length === 0) return;
  const [first, ...others] = new Set(failures.map(exitCodeOf));
  if (failures.length < recordings) process.exitCode = EXIT_CODES.partial;
  else process.exitCode = others.length === 0 ? first! : EXIT_CODES.badInput;
}
