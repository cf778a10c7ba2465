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
  /** Of its events, those that whole windows in front of its own have; left out: none. */
  readonly repeatedEvents?: number;
}

/** All steps of a stream, and the account. */
export interface OracleResult {
  readonly steps: OracleStep[];
  readonly lateEvents: number;
  readonly remainderEvents: number;
  readonly emptyWindows: number;
  readonly repeatedEvents: number;
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
  return { steps: out, lateEvents: 0, remainderEvents, emptyWindows: 0, repeatedEvents: 0 };
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
  return { steps: out, lateEvents, remainderEvents, emptyWindows, repeatedEvents: 0 };
}

/** Steps that end after a time or a number of events, whichever comes first. */
export function mixedOracle(
  events: readonly OracleEvent[],
  options: { stepMicros: number; stepEvents: number; steps: number; remainder: RemainderPolicy },
): OracleResult {
  const { stepMicros, stepEvents, steps, remainder } = options;
  const out: OracleStep[] = [];
  let [firstWindow, lateEvents, remainderEvents, emptyWindows] = [0, 0, 0, 0];
  for (const own of segmentsOf(events)) {
    // Every step of the segment, those of empty windows too.
    const all: { startMicros: number; endMicros: number; x: number[] }[] = [];
    let start = own[0]!.t;
    let x: number[] = [];
    const close = (endMicros: number): void => {
      all.push({ startMicros: start, endMicros, x });
      [start, x] = [endMicros, []];
    };
    for (const event of own) {
      while (event.t >= start + stepMicros) close(start + stepMicros);
      if (event.t < start) {
        lateEvents++;
        continue;
      }
      x.push(event.x);
      if (x.length === stepEvents) close(event.t);
    }
    const closed = all.length;
    const isOpen = x.length > 0 || closed % steps !== 0;
    while (isOpen && (all.length === closed || all.length % steps !== 0)) close(start + stepMicros);
    const last = Math.floor(closed / steps);
    for (let window = 0; window * steps < all.length; window++) {
      const inside = all.slice(window * steps, (window + 1) * steps);
      const held = inside.reduce((sum, step) => sum + step.x.length, 0);
      const whole = window < last || pads(remainder, last);
      if (held === 0) emptyWindows++;
      else if (!whole) remainderEvents += held;
      if (held === 0) continue;
      inside.forEach((step, number) => {
        if (whole || window * steps + number < closed)
          out.push({ ...step, window: firstWindow + window, step: number, steps, segment: own[0]!.segment });
      });
    }
    firstWindow += all.length / steps;
  }
  return { steps: out, lateEvents, remainderEvents, emptyWindows, repeatedEvents: 0 };
}

/** Windows that begin a stride behind one another, one after the other, each by its own definition. */
export function slidingOracle(
  events: readonly OracleEvent[],
  options: {
    unit: 'micros' | 'events';
    step: number;
    steps: number;
    stride: number;
    remainder: RemainderPolicy;
  },
): OracleResult {
  const { unit, step: size, steps, stride, remainder } = options;
  const byTime = unit === 'micros';
  const out: OracleStep[] = [];
  let [firstWindow, lateEvents, remainderEvents, emptyWindows, repeatedEvents] = [0, 0, 0, 0, 0];
  for (const own of segmentsOf(events)) {
    const at = own.map(({ t }, i) => (byTime ? t - own[0]!.t : i));
    const reach = own.map((_, i) => (byTime ? Math.max(...at.slice(0, i + 1)) : i + 1));
    /** The event that shows that the stream is at a place. */
    const reaches = (place: number): number => {
      const i = reach.findIndex((far) => far >= place);
      return i < 0 ? Infinity : i;
    };
    const inWhole = new Set<number>();
    let left = -1;
    for (let k = 0; ; k++) {
      const inside = Array.from({ length: steps }, (_, j) => {
        const [start, end] = [k * stride + j * size, k * stride + (j + 1) * size];
        const closes = Math.max(left, reaches(end));
        const members = own
          .map((_, i) => i)
          .filter((i) => at[i]! >= start && at[i]! < end && (!byTime || i < closes));
        return { start, end, closes, members };
      });
      const members = inside.flatMap((step) => step.members);
      const closes = inside.at(-1)!.closes;
      const isNew = members.some((i) => !inWhole.has(i));
      const padded = closes === Infinity && isNew && pads(remainder, k);
      const whole = closes < Infinity || padded;
      if (closes < Infinity && members.length === 0) emptyWindows++;
      else {
        let before = own[0]!.t;
        inside.forEach((step, number) => {
          if (!whole && step.closes === Infinity) return;
          const [first = before, last = first] = [own[step.members[0]!]?.t, own[step.members.at(-1)!]?.t];
          before = last;
          const [startMicros, endMicros] = byTime
            ? [own[0]!.t + step.start, own[0]!.t + step.end]
            : [first, last];
          const x = step.members.map((i) => own[i]!.x);
          const { segment } = own[0]!;
          const repeated = step.members.filter((i) => inWhole.has(i)).length;
          out.push({
            ...{ window: firstWindow + k, step: number, steps, segment, startMicros, endMicros, x },
            ...(repeated > 0 && { repeatedEvents: repeated }),
          });
        });
      }
      if (whole) {
        for (const i of members) {
          if (inWhole.has(i)) repeatedEvents++;
          inWhole.add(i);
        }
      }
      if (whole) {
        left = closes;
        continue;
      }
      const open = new Set(members);
      let waiting = 0;
      own.forEach((_, i) => {
        if (inWhole.has(i)) return;
        if (open.has(i) || at[i]! >= (k + 1) * stride) waiting++;
        else lateEvents++;
      });
      remainderEvents += waiting;
      const isUsed = waiting > 0 || inside[0]!.closes < Infinity;
      firstWindow += k + (isUsed ? 1 : 0);
      break;
    }
  }
  return { steps: out, lateEvents, remainderEvents, emptyWindows, repeatedEvents };
}
