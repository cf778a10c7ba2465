/** Files of what can only be read from its start, so that it can be read at any place: unpacked once, for all runs and threads. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, statSync, writeSync } from 'node:fs';
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { integerOption } from '../../src/events/index.ts';
import { gzipPacking } from '../../src/formats/unpack/gzip.ts';
import type { Packing } from '../../src/formats/unpack/unpacker.ts';
import { zstdPacking } from '../../src/formats/unpack/zstd.ts';
import { DEFAULT_MAX_UNPACKED_BYTES } from '../../src/formats/unpack/unpacking-decoder.ts';
import { DatasetError } from '../errors.ts';
import { MAX_INFLATION_RATIO, SMALL_MEMBER_BYTES, type ArchiveOptions } from './archive.ts';
import { partsOf, type PackingName } from './archive-kinds.ts';
import type { RecordingEntry } from './source.ts';

const PACKINGS: Readonly<Record<PackingName, Packing>> = { gzip: gzipPacking, zstd: zstdPacking };
/** Beside the archives; hidden, so that nobody takes what is in it for recordings. */
const FOLDER = '.saccade-unpacked';
/** What is being written is younger; what is older was left by a run that was killed. */
const PART_MS = 3_600_000;

/**
 * The file that a recording's bytes, or what they are packed in, are in. It is made where it is not there, and made anew
 * where the archive that it comes from is another; what it was made of before is deleted.
 *
 * @throws DatasetError `BAD_ARCHIVE`, `TOO_LARGE`, `CANNOT_UNPACK`
 */
export async function unpackedFile(
  entry: RecordingEntry,
  packing: PackingName | null,
  options: ArchiveOptions,
): Promise<string> {
  const { location } = entry;
  const [archive] = partsOf(location) as [string, ...string[]];
  const { unpackFolder } = options;
  const folder = unpackFolder ?? path.join(path.dirname(archive), FOLDER);
  const { size, mtimeMs } = statSync(archive);
  // Machines may see the folder at other paths.
  const called =
    unpackFolder === undefined ? location.slice(path.dirname(archive).length) : path.resolve(location);
  const name = `${path.basename(location)}.${digest(called)}.`;
  const file = path.join(folder, `${name}${digest(`${size} ${mtimeMs}`)}`);
  if (await isThere(file)) return file;
  const part = `${file}.${randomUUID()}.part`;
  try {
    mkdirSync(folder, { recursive: true });
    options.onUnpack?.({ location, file });
    await write(part, entry, packing && PACKINGS[packing], options);
    await rename(part, file);
    await removeOthers(folder, name, path.basename(file));
    return file;
  } catch (cause) {
    await rm(part, { force: true }).catch(() => undefined);
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new DatasetError(
      'CANNOT_UNPACK',
      location,
      `It cannot be read at any place, and what it unpacks to cannot be written to ${folder}: ${(cause as Error).message}. Name a folder with room (unpackFolder), or unpack it yourself.`,
      { cause },
    );
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function write(
  part: string,
  entry: RecordingEntry,
  packing: Packing | null,
  options: ArchiveOptions,
): Promise<void> {
  const handle = await open(part, 'wx');
  try {
    const output = new LimitedOutput(handle, entry, options);
    if (packing === null) for await (const chunk of entry.open()) output.write(chunk);
    else await unpack(entry, packing, output);
    // Whoever sees the name must see the bytes, after a crash too.
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @throws DatasetError `BAD_ARCHIVE` where it is damaged or ends early */
async function unpack(entry: RecordingEntry, packing: Packing, output: LimitedOutput): Promise<void> {
  const bad = (message: string): DatasetError =>
    new DatasetError('BAD_ARCHIVE', entry.location, `It cannot be unpacked: ${message}`);
  const unpacker = packing.createUnpacker({
    write: (bytes) => {
      output.write(bytes);
    },
    named: () => undefined,
    note: () => undefined,
    damaged: (_, message) => {
      throw bad(message);
    },
  });
  let first = true;
  for await (const chunk of entry.open()) {
    if (first && !packing.begins(chunk, Buffer.from(chunk.subarray(0, 16)).toString('latin1')))
      throw bad(`it does not begin as a ${packing.name} file.`);
    first = false;
    unpacker.push(chunk);
  }
  if (first) throw bad('it is empty.');
  unpacker.finish();
}

/** Writes at once, which is the system's memory, up to a limit. */
class LimitedOutput {
  readonly #handle: FileHandle;
  readonly #entry: RecordingEntry;
  readonly #most: number;
  #bytes = 0;

  constructor(handle: FileHandle, entry: RecordingEntry, { maxUnpackedBytes }: ArchiveOptions) {
    this.#handle = handle;
    this.#entry = entry;
    this.#most =
      maxUnpackedBytes === undefined
        ? Math.min(
            DEFAULT_MAX_UNPACKED_BYTES,
            Math.max(SMALL_MEMBER_BYTES, MAX_INFLATION_RATIO * entry.bytes),
          )
        : integerOption('maxUnpackedBytes', maxUnpackedBytes, 1);
  }

  /** @throws DatasetError `TOO_LARGE` */
  write(bytes: Uint8Array): void {
    if (this.#bytes + bytes.length > this.#most)
      throw new DatasetError(
        'TOO_LARGE',
        this.#entry.location,
        `It has ${this.#entry.bytes} bytes and unpacks to more than ${this.#most}. If that is right, raise --max-unpacked-bytes (maxUnpackedBytes), or unpack it yourself.`,
      );
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#handle.fd, bytes, done, bytes.length - done, this.#bytes + done);
    this.#bytes += bytes.length;
  }
}

/** What was unpacked of an earlier state, and what killed runs left. */
async function removeOthers(folder: string, prefix: string, kept: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix) || name === kept) continue;
    const other = path.join(folder, name);
    const written = name.endsWith('.part') ? await stat(other).catch(() => null) : null;
    const isYoung = written !== null && Date.now() - written.mtimeMs < PART_MS;
    if (!isYoung) await rm(other, { force: true });
  }
}
