/** What tells that a recording is still the one that an output was made from. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { memberOf, type RecordingEntry } from '../../datasets/index.ts';
import { openInTurn } from '../../datasets/sources/source.ts';

/** Size and time of a recording. For a member of an archive the time is the archive's. */
export interface SourceState {
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Reads the state of a recording, not its content. At once: another thread would take ten times as long. */
export function sourceState({ location, bytes }: Pick<RecordingEntry, 'location' | 'bytes'>): SourceState {
  const member = memberOf(location);
  if (member !== null) return { bytes, mtimeMs: statSync(member.archive).mtimeMs };
  const { size, mtimeMs } = statSync(location);
  return { bytes: size, mtimeMs };
}

/** Hashes the content of a recording. */
export async function hashRecording(entry: Pick<RecordingEntry, 'open' | 'openReused'>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of openInTurn(entry)) hash.update(chunk);
  return hash.digest('hex');
}

/** A recording that hashes itself while it is read. A chunk of it is good until the next is asked for. */
export class HashedRecording {
  readonly entry: RecordingEntry;
  /** Before it is read: what is written into it meanwhile is found to be newer. */
  readonly state: SourceState;
  readonly #original: RecordingEntry;
  #begun: AsyncIterator<Uint8Array> | undefined;
  #first: Promise<IteratorResult<Uint8Array>> | undefined;
  #sha256: string | undefined;

  constructor(entry: RecordingEntry) {
    this.#original = entry;
    this.state = sourceState(entry);
    const open = (): AsyncIterable<Uint8Array> => this.#read();
    this.entry = { ...entry, open, openReused: open };
  }

  /** Reads the first chunk before anybody asks for it. What is wrong with it is said to whoever asks. */
  begin(): void {
    this.#begun = openInTurn(this.#original)[Symbol.asyncIterator]();
    this.#first = this.#begun.next();
    this.#first.catch(() => undefined);
  }

  /** Lets go of what was begun and never asked for. */
  async end(): Promise<void> {
    await this.#first?.catch(() => undefined);
    await this.#begun?.return?.();
    this.#begun = undefined;
  }

  /** The hash of all its bytes, also of those that nobody asked for. */
  async sha256(): Promise<string> {
    return (this.#sha256 ??= await hashRecording(this.#original));
  }

  async *#read(): AsyncGenerator<Uint8Array, void, undefined> {
    const hash = createHash('sha256');
    for await (const chunk of this.#chunks()) {
      hash.update(chunk);
      yield chunk;
    }
    this.#sha256 = hash.digest('hex');
  }

  #chunks(): AsyncIterable<Uint8Array> {
    const [begun, first] = [this.#begun, this.#first];
    if (begun === undefined || first === undefined) return openInTurn(this.#original);
    this.#begun = undefined;
    let isFirst = true;
    const next = (): Promise<IteratorResult<Uint8Array>> => {
      if (!isFirst) return begun.next();
      isFirst = false;
      return first;
    };
    const end = async (): Promise<IteratorResult<Uint8Array>> =>
      (await begun.return?.()) ?? { done: true, value: undefined };
    return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
  }
}
