/** Events of a datagram on their way into batches, one by one. */
import type { SensorGeometry } from '../../events/index.ts';
import type { DecoderSink } from '../push-decoder.ts';
import { endRun, startRun, type RecordRun } from '../records/run.ts';

/** Checks, counts and collects events; hands them on in batches of bounded size. */
export class EventRun {
  readonly #sink: DecoderSink;
  readonly #width: number;
  readonly #height: number;
  #run: RecordRun;
  #left: number;

  /** @param capacity most events that can come. */
  constructor(sink: DecoderSink, geometry: SensorGeometry | null, capacity: number) {
    this.#sink = sink;
    this.#width = geometry?.width ?? 65_536;
    this.#height = geometry?.height ?? 65_536;
    this.#left = capacity;
    this.#run = startRun(Math.min(capacity, sink.maxBatchEvents));
  }

  add(t: number, x: number, y: number, p: number): void {
    this.#left--;
    if (x >= this.#width || y >= this.#height) {
      this.#sink.account.dropped['outside-sensor']++;
      return;
    }
    const { arrays } = this.#run;
    const at = this.#run.length++;
    arrays.t[at] = t;
    arrays.x[at] = x;
    arrays.y[at] = y;
    arrays.p[at] = p;
    this.#run.on += p;
    if (t < this.#run.previous) this.#run.backwardSteps++;
    this.#run.previous = t;
    if (this.#run.length < this.#run.capacity) return;
    this.flush();
    this.#run = startRun(Math.min(this.#left, this.#sink.maxBatchEvents));
  }

  /** Hands on what was collected. */
  flush(): void {
    this.#sink.deliver(endRun(this.#run), this.#run.length, this.#run);
  }
}
