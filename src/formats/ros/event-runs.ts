/** Events that are appended one by one, in runs that small messages share. */
import type { SensorGeometry } from '../../events/index.ts';
import type { DecoderSink } from '../push-decoder.ts';
import { endRun, startRun, type RecordRun } from '../records/run.ts';

/** Of coordinates that have 16 bits. */
const COORDINATES = 65_536;

/** Delivers a run when it is full, and what is left when it is told to. */
export class EventRuns {
  readonly #sink: DecoderSink;
  #run: RecordRun | undefined;
  #width = COORDINATES;
  #height = COORDINATES;

  constructor(sink: DecoderSink) {
    this.#sink = sink;
  }

  set geometry(geometry: SensorGeometry | null) {
    const { width, height } = geometry ?? { width: COORDINATES, height: COORDINATES };
    this.#width = width;
    this.#height = height;
  }

  /** Appends an event, unless it lies outside the sensor. */
  append(time: number, x: number, y: number, on: number): void {
    const run = (this.#run ??= startRun(this.#sink.maxBatchEvents));
    if (x >= this.#width || y >= this.#height) {
      run.outside++;
      return;
    }
    if (time < run.previous) run.backwardSteps++;
    run.previous = time;
    run.on += on;
    const { arrays } = run;
    const n = run.length++;
    arrays.t[n] = time;
    arrays.x[n] = x;
    arrays.y[n] = y;
    arrays.p[n] = on;
    if (run.length === run.capacity) this.flush();
  }

  /** Delivers what there is. */
  flush(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.#sink.account.dropped['outside-sensor'] += run.outside;
    this.#sink.deliver(endRun(run), run.length, run);
  }
}
