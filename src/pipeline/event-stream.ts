/** From events as they are recorded to events as frames would count them: clock, sensor, filters and convention, no windows. */
import {
  allocateEvents,
  batchOf,
  ClockGuard,
  DEFAULT_MAX_GAP_MICROS,
  type EventBatch,
  type SensorGeometry,
} from '../events/index.ts';
import { FilterChain } from '../filters/index.ts';
import { pixelMap, type PixelMap } from '../frames/index.ts';
import { fitSensor, type FittedSensor } from './fit-sensor.ts';
import type { FrameStreamOptions } from './frame-stream.ts';
import { requireMostlyInside } from './mostly-outside.ts';
import type { StreamReport } from './stream-report.ts';

/** See {@link EventStream}. */
export type EventStreamOptions = Pick<
  FrameStreamOptions,
  'rule' | 'output' | 'sensor' | 'allowOutside' | 'maxGapMicros' | 'maxHeldEvents'
>;

/**
 * Push class: batches of one recording in, the events that a `FrameStream` of the same rule would put into frames out, at the
 * places of their pixels there, in recorded order. Its binning does not matter. Batches that come out are their owner's.
 *
 * @throws PipelineError, OptionError, as `FrameStream`.
 *
 * @example
 * ```ts
 * import { batchFromTuples, EventStream, FRAME_RULE_DEFAULTS } from 'saccade';
 * const rule = { ...FRAME_RULE_DEFAULTS, convention: 'spikingjelly', sensor: null, binning: { by: 'number', steps: 1 } } as const;
 * const stream = new EventStream({ rule });
 * const events = batchFromTuples([[0, 1, 2, 1], [5, 9, 9, 0]], { width: 8, height: 8 });
 * const [batch] = [...stream.push(events), ...stream.finish()];
 * console.log(batch?.x[0], batch?.y[0], stream.report.outside); // 2 1 1
 * ```
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #guard: ClockGuard;
  #fit: FittedSensor | null = null;
  #map: PixelMap | undefined;
  #filters: FilterChain | undefined;
  #events = 0;
  #kept = 0;
  #outside = 0;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    const { maxGapMicros = DEFAULT_MAX_GAP_MICROS } = options;
    // No window ends: only restarts that the recording states are some.
    this.#guard = new ClockGuard({ maxBackMicros: Infinity, maxGapMicros });
  }

  /** Size of the picture; `null` before the first event. */
  get geometry(): SensorGeometry | null {
    return this.#fit?.output ?? null;
  }

  /** The account so far: `binned` are those that came out, all of one window. */
  get report(): StreamReport {
    const fit = this.#fit;
    return {
      events: this.#events,
      binned: this.#kept,
      outside: this.#outside,
      ...{ saturated: 0, unrepresented: 0, lateEvents: 0, remainderEvents: 0, emptyWindows: 0 },
      ...{ repeatedEvents: 0, windows: 1 },
      filters: this.#filters?.reports ?? [],
      ...this.#guard.report,
      fit: fit && {
        ...{ sensor: fit.recorded, known: fit.known, filtered: fit.sensor },
        ...{ change: fit.change, wanted: fit.wanted },
      },
    };
  }

  push(batch: EventBatch): EventBatch[] {
    if (batch.length === 0) return [];
    this.#events += batch.length;
    this.#fitTo(batch.geometry);
    return this.#placed(this.#guard.push(batch).flatMap((part) => this.#filters!.push(part)));
  }

  /** Ends the recording. */
  finish(): EventBatch[] {
    const believed = this.#guard.finish().flatMap((part) => this.#filters!.push(part));
    const placed = this.#placed([...believed, ...(this.#filters?.finish() ?? [])]);
    if (this.#fit !== null && !this.#options.allowOutside) requireMostlyInside(this.#fit, this.report, 1);
    return placed;
  }

  #fitTo(stated: SensorGeometry | null): void {
    if (this.#fit !== null) return;
    const { rule, output, sensor = null, maxHeldEvents } = this.#options;
    this.#fit = fitSensor(rule, stated ?? sensor, output);
    this.#map = pixelMap(this.#fit);
    const { recorded } = this.#fit;
    this.#filters = new FilterChain(rule.filters, { sensor: recorded, ownsBatches: false, maxHeldEvents });
  }

  #placed(batches: readonly EventBatch[]): EventBatch[] {
    return batches.map((batch) => this.#place(batch)).filter(({ length }) => length > 0);
  }

  #place({ t, x, y, p, length, segment }: EventBatch): EventBatch {
    const { sensor, output, columns, rows, flipPolarity } = this.#map!;
    const out = allocateEvents(length);
    const flip = flipPolarity ? 1 : 0;
    let kept = 0;
    for (let i = 0; i < length; i++) {
      const [column, row] = [x[i]!, y[i]!];
      const place = column < sensor.width && row < sensor.height ? columns[column]! + rows[row]! : -1;
      if (place < 0) continue;
      out.t[kept] = t[i]!;
      out.x[kept] = place % output.width;
      out.y[kept] = Math.floor(place / output.width);
      out.p[kept] = p[i]! ^ flip;
      kept++;
    }
    this.#kept += kept;
    this.#outside += length - kept;
    return batchOf(out, kept, output, segment);
  }
}
