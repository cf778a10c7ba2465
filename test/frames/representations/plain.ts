/** What each representation makes of a time step, as its definition says: no tables, no typed arrays, float64. */
import type { SensorGeometry } from '../../../src/events/index.ts';
import type { RepresentationSpec } from '../../../src/frames/index.ts';

export interface PlainEvent {
  readonly t: number;
  readonly x: number;
  readonly y: number;
  readonly p: number;
}

/** A time step, with the events that a representation with a memory still knows. */
export interface PlainStep {
  readonly start: number;
  readonly end: number;
  readonly events: readonly PlainEvent[];
  readonly before: { readonly window: readonly PlainEvent[]; readonly stream: readonly PlainEvent[] };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Rule = (step: PlainStep, sensor: SensorGeometry, options: any) => number[];

const zeros = (length: number): number[] => Array.from({ length }, () => 0);

function summed(
  { events }: PlainStep,
  { width, height }: SensorGeometry,
  channels: number,
  parts: (event: PlainEvent) => readonly (readonly [channel: number, value: number])[],
): number[] {
  const values = zeros(channels * width * height);
  for (const event of events)
    for (const [channel, value] of parts(event))
      if (channel >= 0 && channel < channels)
        values[channel * width * height + event.y * width + event.x]! += value;
  return values;
}

const counts: Rule = (step, sensor) => summed(step, sensor, 2, ({ p }) => [[p, 1]]);

const RULES: Readonly<Record<string, Rule>> = {
  counts,
  binary: (step, sensor) => counts(step, sensor, {}).map((n) => Math.min(1, n)),
  signed: (step, sensor, { planes }) => {
    const sums = summed(step, sensor, 1, ({ p }) => [[0, p === 1 ? 1 : -1]]);
    if (planes === 'one') return sums;
    return [...sums.map((n) => Math.max(0, -n)), ...sums.map((n) => Math.max(0, n))];
  },
  'voxel-grid': (step, sensor, { bins, edge, span, polarity }) => {
    const [start, end] =
      span === 'step' ? [step.start, step.end] : [step.events[0]?.t ?? 0, step.events.at(-1)?.t ?? 0];
    const most = edge === 'keep' ? bins - 1 : bins;
    const parts = polarity === 'split' ? 2 : 1;
    return summed(step, sensor, parts * bins, ({ t, p }) => {
      const raw = (most * (t - start)) / (end > start ? end - start : 1);
      const position = Math.min(most, Math.max(0, raw));
      const bin = Math.floor(position);
      const sign = polarity === 'signed' && p === 0 ? -1 : 1;
      const part = polarity === 'split' ? p * bins : 0;
      return [
        [bin, 1 - (position - bin)],
        [bin + 1, position - bin],
      ]
        .filter(([to]) => to! < bins)
        .map(([to, share]) => [part + to!, sign * share!] as const);
    });
  },
  histogram: (step, sensor, { most, values }) =>
    counts(step, sensor, {}).map((n) => Math.min(n, most) / (values === 'fraction' ? most : 1)),
  'event-cube': (step, sensor, { bins, edge, polarity, most, clip }) => {
    const split = polarity === 'split';
    const border = (bin: number): number => (edge === 'clamp' ? Math.min(bins - 1, Math.max(0, bin)) : bin);
    const sums = summed(step, sensor, split ? 2 * bins : bins, ({ t, p }) => {
      const raw = (bins * (t - step.start)) / (step.end > step.start ? step.end - step.start : 1) - 0.5;
      const position = Math.min(bins - 0.5, Math.max(-0.5, raw));
      const left = Math.floor(position);
      const shares = [
        [border(left), 1 - (position - left)],
        [border(left + 1), position - left],
      ] as const;
      return shares
        .filter(([bin]) => bin >= 0 && bin < bins)
        .map(([bin, share]) => [split ? p + 2 * bin : bin, (split || p === 1 ? 1 : -1) * share] as const);
    });
    return sums.map((sum) => (clip > 0 ? Math.max(-clip, Math.min(clip, sum / most)) : sum / most));
  },
  'event-spike-tensor': (step, sensor, { bins, measure, span }) => {
    const [start, end] =
      span === 'step' ? [step.start, step.end] : [step.events[0]?.t ?? 0, step.events.at(-1)?.t ?? 0];
    return summed(step, sensor, 2 * bins, ({ t, p }) => {
      const time = Math.min(1, Math.max(0, (t - start) / (end > start ? end - start : 1)));
      return Array.from({ length: bins }, (_, bin) => {
        const kernel = Math.max(0, 1 - Math.abs(time - bin / (bins - 1)) * (bins - 1));
        return [p * bins + bin, (measure === 'time' ? time : 1) * kernel] as const;
      });
    });
  },
  'averaged-time-surface': (
    { events },
    { width, height },
    { cell, surface, tauMicros, windowMicros, decay, negative },
  ) => {
    const [columns, rows] = [Math.ceil(width / cell), Math.ceil(height / cell)];
    const values = zeros(2 * columns * rows * surface * surface);
    const cellOf = ({ x, y, p }: PlainEvent): string =>
      `${p} ${Math.floor(x / cell)} ${Math.floor(y / cell)}`;
    events.forEach((event, i) => {
      const { t, x, y, p } = event;
      const mates = events.filter((other) => cellOf(other) === cellOf(event)).length;
      events.slice(0, i + 1).forEach((other, j) => {
        if (cellOf(other) !== cellOf(event) || (j < i && other.t < t - windowMicros)) return;
        const [dx, dy] = [other.x - x + (surface - 1) / 2, other.y - y + (surface - 1) / 2];
        if (Math.min(dx, dy) < 0 || Math.max(dx, dy) >= surface) return;
        const age = j === i ? 0 : Math.max(0, t - other.t);
        const linear = 1 - age / (3 * tauMicros);
        const weight =
          decay === 'exponential' ? Math.exp(-age / tauMicros) : negative ? linear : Math.max(0, linear);
        const [row, column] = [Math.floor(y / cell) * surface + dy, Math.floor(x / cell) * surface + dx];
        values[(p * rows * surface + row) * columns * surface + column]! += weight / mates;
      });
    });
    return values;
  },
  'bina-rep': ({ events, start, end }, { width, height }, { bits, parts, values: form }) => {
    const values = zeros(2 * width * height);
    const share = Math.max(1, Math.floor(events.length / bits));
    for (let part = 0; part < bits; part++) {
      const isIn = (event: PlainEvent, i: number): boolean => {
        const raw =
          parts === 'time'
            ? Math.floor((bits * (event.t - start)) / (end > start ? end - start : 1))
            : Math.floor(i / share);
        return Math.min(bits - 1, Math.max(0, raw)) === part;
      };
      const seen = new Set(events.filter(isIn).map(({ x, y, p }) => p * width * height + y * width + x));
      for (const at of seen) values[at]! += 2 ** (bits - 1 - part);
    }
    return values.map((n) => (form === 'fraction' ? n / (2 ** bits - 1) : n));
  },
  'time-surface': ({ events, before, end }, { width, height }, { tauMicros, decay, levels, memory }) => {
    const known = memory === 'step' ? events : [...before[memory as 'window' | 'stream'], ...events];
    const values = zeros(2 * width * height);
    for (const { t, x, y, p } of known) {
      const age = Math.max(0, end - t);
      const surface = decay === 'linear' ? Math.max(0, 1 - age / tauMicros) : Math.exp(-age / tauMicros);
      const value = levels === 0 ? surface : Math.round(surface * (levels - 1));
      const at = p * width * height + y * width + x;
      values[at] = Math.max(values[at]!, value);
    }
    return values;
  },
};

/** The values of a step. */
export function plainFrame(
  { name, ...options }: RepresentationSpec,
  step: PlainStep,
  sensor: SensorGeometry,
): number[] {
  return RULES[name]!(step, sensor, options as unknown as Record<string, never>);
}
