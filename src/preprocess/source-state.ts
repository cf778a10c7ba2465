/** What tells that a recording is still the one that an output was made from. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { RecordingEntry } from '../../datasets/index.ts';

/** Size and time of a recording. For a member of an archive the time is the archive's. */
export interface SourceState {
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Reads the state of a recording, not its content. */
export async function sourceState({
  location,
  bytes,
}: Pick<RecordingEntry, 'location' | 'bytes'>): Promise<SourceState> {
  const bang = location.toLowerCase().indexOf('.zip!');
  if (bang >= 0) return { bytes, mtimeMs: (await stat(location.slice(0, bang + 4))).mtimeMs };
  const { size, mtimeMs } = await stat(location);
  return { bytes: size, mtimeMs };
}

/** Hashes the content of a recording. */
export async function hashRecording(open: RecordingEntry['open']): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of open()) hash.update(chunk);
  return hash.digest('hex');
}

/** A recording that hashes itself while it is read. */
export class HashedRecording {
  readonly entry: RecordingEntry;
  readonly #original: RecordingEntry;
  #sha256: string | undefined;

  constructor(entry: RecordingEntry) {
    this.#original = entry;
    this.entry = { ...entry, open: () => this.#read() };
  }

  /** The hash of all its bytes, also of those that nobody asked for. */
  async sha256(): Promise<string> {
    return (this.#sha256 ??= await hashRecording(this.#original.open));
  }

  async *#read(): AsyncGenerator<Uint8Array, void, undefined> {
    const hash = createHash('sha256');
    for await (const chunk of this.#original.open()) {
      hash.update(chunk);
      yield chunk;
    }
    this.#sha256 = hash.digest('hex');
  }
}
