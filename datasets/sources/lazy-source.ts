import type { RecordingEntry, RecordingSource } from './source.ts';

/** A source that takes time to be opened: that begins when it is listed. */
export class LazySource implements RecordingSource {
  readonly path: string;
  readonly #open: () => Promise<RecordingSource>;
  #opened: Promise<RecordingSource> | undefined;

  constructor(location: string, open: () => Promise<RecordingSource>) {
    this.path = location;
    this.#open = open;
  }

  async list(): Promise<RecordingEntry[]> {
    this.#opened ??= this.#open();
    return (await this.#opened).list();
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
    this.#opened = undefined;
  }
}
