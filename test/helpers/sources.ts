/** Sources with a sink that keeps what comes, and conditions to wait for. */
import { afterEach, vi } from 'vitest';
import { batchFromTuples, concatBatches, SeededRandom, type EventBatch } from '../../src/events/index.ts';
import {
  openEventSource,
  parseSourceAddress,
  type EventSource,
  type SourceOptions,
  type SourceSink,
} from '../../src/live/index.ts';

const open: EventSource[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((source) => source.close()));
});

/** What came from a source: its streams, and the events of each. */
export class Collected implements SourceSink {
  readonly streams: { readonly name: string; readonly batches: EventBatch[]; over: boolean }[] = [];

  begin(name: string): void {
    this.streams.push({ name, batches: [], over: false });
  }
  events(batch: EventBatch): void {
    this.streams.at(-1)!.batches.push(batch);
  }
  end(): void {
    this.streams.at(-1)!.over = true;
  }
  /** All events of a stream. */
  of(stream = 0): EventBatch {
    return concatBatches(this.streams[stream]?.batches ?? []);
  }
}

/** `udp/jaer?…` as an address of a free port. */
export const anyPort = (form: string): string => form.replace('/', ':0/');

/** A source on a free port that ends with the test. */
export async function source(
  form: string,
  options: SourceOptions = {},
): Promise<{ readonly source: EventSource; readonly sink: Collected }> {
  const sink = new Collected();
  const opened = await openEventSource(parseSourceAddress('listen', anyPort(form)), sink, options);
  open.push(opened);
  return { source: opened, sink };
}

/** A source that connects, and ends with the test. */
export async function connectTo(
  port: number,
  form: string,
  options: SourceOptions = {},
): Promise<{ readonly source: EventSource; readonly sink: Collected }> {
  const sink = new Collected();
  const address = parseSourceAddress('connect', `tcp:127.0.0.1:${port}/${form}`);
  const opened = await openEventSource(address, sink, options);
  open.push(opened);
  return { source: opened, sink };
}

/** Waits for a condition, long enough for a busy machine. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 30_000, interval: 10 });

/** Sorted events on a sensor, some of them at the same time. */
export function sensorEvents(count: number, seed: number, size = 128, t0 = 1000): EventBatch {
  const random = new SeededRandom(seed);
  let t = t0;
  return batchFromTuples(
    Array.from(
      { length: count },
      () =>
        [(t += random.integer(40)), random.integer(size), random.integer(size), random.integer(2)] as const,
    ),
    { width: size, height: size },
  );
}
