/** What filters are to do, in plain code: one function a peer, written from its definition, event by event. */
import type { EventTuple } from '../../src/events/index.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

const key = (x: number, y: number): string => `${x},${y}`;

/** The last time and polarity of pixels. */
class Memory {
  readonly #last = new Map<string, { readonly t: number; readonly p: number }>();
  readonly #start: number;

  constructor(start = -Infinity) {
    this.#start = start;
  }

  has(x: number, y: number): boolean {
    return this.#last.has(key(x, y));
  }

  time(x: number, y: number): number {
    return this.#last.get(key(x, y))?.t ?? this.#start;
  }

  polarity(x: number, y: number): number {
    return this.#last.get(key(x, y))?.p ?? 0;
  }

  set([t, x, y, p]: EventTuple): void {
    this.#last.set(key(x, y), { t, p });
  }
}

const SIDES = [
  [0, -1],
  [-1, 0],
  [1, 0],
  [0, 1],
] as const;
const ALL = [...SIDES, [-1, -1], [1, -1], [-1, 1], [1, 1]] as const;

function neighboursOf(
  { width, height }: Size,
  x: number,
  y: number,
  offsets: readonly (readonly [number, number])[],
): [number, number][] {
  return offsets
    .map(([dx, dy]): [number, number] => [x + dx, y + dy])
    .filter(([u, v]) => u >= 0 && u < width && v >= 0 && v < height);
}

/** Tonic's `Denoise`: memory is t + F, begins at F, and is written before it is read. */
export function tonicDenoise(events: readonly EventTuple[], filterTime: number, size: Size): EventTuple[] {
  const memory = new Map<string, number>();
  return events.filter(([t, x, y]) => {
    memory.set(key(x, y), t + filterTime);
    return neighboursOf(size, x, y, SIDES).some(([u, v]) => (memory.get(key(u, v)) ?? filterTime) > t);
  });
}

/** Tonic's `RefractoryPeriod`. */
export function tonicRefractory(events: readonly EventTuple[], period: number): EventTuple[] {
  const memory = new Map<string, number>();
  return events.filter(([t, x, y]) => {
    const since = t - (memory.get(key(x, y)) ?? -period);
    memory.set(key(x, y), t);
    return since > period;
  });
}

/** Tonic's `Decimation`. */
export function tonicDecimate(events: readonly EventTuple[], n: number): EventTuple[] {
  const memory = new Map<string, number>();
  return events.filter(([, x, y]) => {
    const count = (memory.get(key(x, y)) ?? 0) + 1;
    memory.set(key(x, y), count >= n ? 0 : count);
    return count >= n;
  });
}

/** Tonic's `drop_hot_pixel` by frequency, of times in any order. */
export function tonicHotPixel(events: readonly EventTuple[], frequency: number): EventTuple[] {
  const counts = new Map<string, number>();
  for (const [, x, y] of events) counts.set(key(x, y), (counts.get(key(x, y)) ?? 0) + 1);
  const times = events.map(([t]) => t);
  const limit = frequency * (Math.max(...times) - Math.min(...times)) * 1e-6;
  return events.filter(([, x, y]) => counts.get(key(x, y))! <= limit);
}

/** dv's `BackgroundActivityNoiseFilter`; @param start what a time surface is filled with. */
export function dvBackgroundActivity(
  events: readonly EventTuple[],
  duration: number,
  size: Size,
  start = 0,
): EventTuple[] {
  const memory = new Memory(start);
  return events.filter((event) => {
    const [t, x, y] = event;
    const supported = neighboursOf(size, x, y, ALL).some(([u, v]) => t - memory.time(u, v) < duration);
    memory.set(event);
    return supported;
  });
}

export interface LibcaerOptions {
  readonly time: number;
  readonly min: number;
  readonly max: number;
  readonly checkPolarity: boolean;
  readonly twoLevels: boolean;
}

/** The background activity filter of libcaer's `dvs_noise`, the map zeroed. */
export function libcaerBackgroundActivity(
  events: readonly EventTuple[],
  { time, min, max, checkPolarity, twoLevels }: LibcaerOptions,
  size: Size,
): EventTuple[] {
  const memory = new Memory(0);
  const lookup = (x: number, y: number, t: number, p: number): [number, number][] =>
    neighboursOf(size, x, y, ALL).filter(
      ([u, v]) => t - memory.time(u, v) < time && (!checkPolarity || memory.polarity(u, v) === p),
    );
  return events.filter((event) => {
    const [t, x, y, p] = event;
    const support = lookup(x, y, t, p);
    let valid = support.length >= min && support.length <= max;
    if (valid && twoLevels) valid = support.some(([u, v]) => lookup(u, v, t, p).length > 0);
    memory.set(event);
    return valid;
  });
}

/** The refractory filter of libcaer's `dvs_noise`, the map zeroed. */
export function libcaerRefractory(events: readonly EventTuple[], period: number): EventTuple[] {
  const memory = new Memory(0);
  return events.filter((event) => {
    const [t, x, y] = event;
    const passes = !(t - memory.time(x, y) < period);
    memory.set(event);
    return passes;
  });
}

/** jAER's `SpatioTemporalCorrelationFilter`: k of 8, of the same polarity if these must match, the first event of a pixel let through. */
export function jaerCorrelation(
  events: readonly EventTuple[],
  dt: number,
  k: number,
  size: Size,
  polaritiesMustMatch = false,
): EventTuple[] {
  const memory = new Memory();
  return events.filter((event) => {
    const [t, x, y, p] = event;
    const isFirst = !memory.has(x, y);
    const correlated = neighboursOf(size, x, y, ALL).filter(
      ([u, v]) =>
        memory.has(u, v) &&
        t - memory.time(u, v) < dt &&
        (!polaritiesMustMatch || memory.polarity(u, v) === p),
    );
    memory.set(event);
    return isFirst || correlated.length >= k;
  });
}

/** jAER's `RefractoryFilter`. */
export function jaerRefractory(events: readonly EventTuple[], period: number): EventTuple[] {
  const memory = new Memory();
  return events.filter((event) => {
    const [t, x, y] = event;
    const passes = !memory.has(x, y) || t - memory.time(x, y) > period;
    memory.set(event);
    return passes;
  });
}

/** A pixel's dead time: only events that pass begin it. */
export function deadTime(events: readonly EventTuple[], period: number): EventTuple[] {
  const memory = new Memory();
  return events.filter((event) => {
    const [t, x, y] = event;
    const passes = t - memory.time(x, y) >= period;
    if (passes) memory.set(event);
    return passes;
  });
}
