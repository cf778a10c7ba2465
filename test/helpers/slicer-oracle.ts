/** What slicers hand out, written down over the whole stream at once: no batches, no state that is carried on. */
import type { RemainderPolicy } from '../../src/frames/index.ts';

/** An event by time; `x` tells it from others. */
export interface OracleEvent {
  readonly t: number;
  readonly x: number;
  readonly segment: number;
}

/** A time step and its events. */
export interface OracleStep {
  readonly window: number;
  readonly step: number;
  readonly steps: number;
  readonly segment: number;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly x: readonly number[];
}

/** All steps of a stream, and the account. */
export interface OracleResult {
  readonly steps: OracleStep[];
  readonly lateEvents: number;
  readonly remainderEvents: number;
  readonly emptyWindows: number;
}

function segmentsOf(events: readonly OracleEvent[]): OracleEvent[][] {
  const segments: OracleEvent[][] = [];
  events.forEach((event, i) => {
    if (event.segment !== events[i - 1]?.segment) segments.push([]);
    segments.at(-1)!.push(event);
  });
  return segments;
}

const pads = (policy: RemainderPolicy, wholeWindows: number): boolean =>
  policy === 'pad' || (policy === 'pad-first' && wholeWindows === 0);

/** Every `stepEvents` events are a step. */
export function countOracle(
  events: readonly OracleEvent[],
  { stepEvents, steps, remainder }: { stepEvents: number; steps: number; remainder: RemainderPolicy },
): OracleResult {
  const out: OracleStep[] = [];
  let [firstWindow, remainderEvents] = [0, 0];
  for (const own of segmentsOf(events)) {
    const windowEvents = stepEvents * steps;
    const whole = Math.floor(own.length / windowEvents);
    const rest = own.length - whole * windowEvents;
    const padded = rest > 0 && pads(remainder, whole);
    // Steps that are full are handed out at once, whatever becomes of their window.
    const count = padded ? (whole + 1) * steps : Math.floor(own.length / stepEvents);
    if (!padded) remainderEvents += rest;
    for (let k = 0; k < count; k++) {
      const inside = own.slice(k * stepEvents, (k + 1) * stepEvents);
      const before = own[Math.min(own.length, k * stepEvents) - 1]?.t;
      out.push({
        window: firstWindow + Math.floor(k / steps),
        step: k % steps,
        steps,
        segment: own[0]!.segment,
        startMicros: inside[0]?.t ?? before!,
        endMicros: inside.at(-1)?.t ?? before!,
        x: inside.map(({ x }) => x),
      });
    }
    firstWindow += whole + (rest > 0 ? 1 : 0);
  }
  return { steps: out, lateEvents: 0, remainderEvents, emptyWindows: 0 };
}

/** Steps of fixed duration from an origin. */
export function durationOracle(
  events: readonly OracleEvent[],
  options: { stepMicros: number; steps: number; remainder: RemainderPolicy; originMicros?: number },
): OracleResult {
  const { stepMicros, steps, remainder } = options;
  const out: OracleStep[] = [];
  let [firstWindow, lateEvents, remainderEvents, emptyWindows] = [0, 0, 0, 0];
  segmentsOf(events).forEach((own, s) => {
    const origin = (s === 0 ? options.originMicros : undefined) ?? own[0]!.t;
    const held = new Map<number, number[]>();
    let open = 0;
    for (const { t, x } of own) {
      const k = Math.floor((t - origin) / stepMicros);
      if (k < open) lateEvents++;
      else {
        held.set(k, [...(held.get(k) ?? []), x]);
        open = k;
      }
    }
    if (held.size === 0) return;
    const windows = new Set([...held.keys()].map((k) => Math.floor(k / steps)));
    const last = Math.floor(open / steps);
    emptyWindows += last + 1 - windows.size;
    const padded = pads(remainder, last);
    for (const window of windows) {
      for (let step = 0; step < steps; step++) {
        const k = window * steps + step;
        if (window === last && k >= open && !padded) {
          // Open at the end: its window is not whole.
          for (let i = window * steps; i <= open; i++) remainderEvents += held.get(i)?.length ?? 0;
          break;
        }
        out.push({
          window: firstWindow + window,
          step,
          steps,
          segment: own[0]!.segment,
          startMicros: origin + k * stepMicros,
          endMicros: origin + (k + 1) * stepMicros,
          x: held.get(k) ?? [],
        });
      }
    }
    firstWindow += last + 1;
  });
  return { steps: out, lateEvents, remainderEvents, emptyWindows };
}
