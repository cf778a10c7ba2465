/** Streams on which files go wrong: late starts, silences over several wraps, sparse and dense ones, edges of clocks. */
import {
  batchFromTuples,
  SeededRandom,
  type EventBatch,
  type EventTuple,
  type SensorGeometry,
} from '../../src/events/index.ts';

/** Rows of neighbours and single events, from a time on. */
function rows(sensor: SensorGeometry, groups: number, start: number, longestStep: number): EventTuple[] {
  const { width, height } = sensor;
  const random = new SeededRandom(7);
  let time = start;
  return Array.from({ length: groups }, () => {
    time += random.integer(50) === 0 ? random.integer(50 * longestStep) : random.integer(longestStep);
    const [y, p, count] = [random.integer(height), random.integer(2), 1 + random.integer(12)];
    const x = random.integer(width - count + 1);
    return Array.from({ length: count }, (_, i): EventTuple => [time, x + i, y, p]);
  }).flat();
}

/** Bursts at these times. */
function bursts(sensor: SensorGeometry, ...times: readonly number[]): EventTuple[] {
  return times.flatMap((time) => rows(sensor, 40, time, 30));
}

/** All pixels of some rows at once, then again: every vector, those at the right edge too. */
function fullRows({ width, height }: SensorGeometry): EventTuple[] {
  const lines = [0, 1, height - 1];
  return [100, 4095, 4096, 4200].flatMap((time, i) =>
    lines.flatMap((y) =>
      Array.from({ length: width }, (_, x): EventTuple => [time + (y > 1 ? 1 : 0), x, y, i & 1]),
    ),
  );
}

const SECOND = 1_000_000;
/** Microseconds of TIME_HIGH's steps. */
const EVT3_HIGH = 4096;
const EVT2_HIGH = 64;

/** By name; all of them lie on the sensor, and most go forward in time. */
export function awkwardStreams(sensor: SensorGeometry): Readonly<Record<string, EventBatch>> {
  const one = (time: number): EventTuple => [time, sensor.width - 1, sensor.height - 1, 1];
  const dense = rows(sensor, 6000, 3, 20);
  const streams: Record<string, readonly EventTuple[]> = {
    'rows and silences': rows(sensor, 1500, 0, 5000),
    'first event at 913 s': rows(sensor, 300, 913_716_224, 30),
    'silences over several wraps': bursts(
      sensor,
      ...[2 ** 24 - 300, 2 ** 24 + 5 * SECOND, 70 * SECOND, 71 * SECOND, 2 ** 28 - 5, 300 * SECOND],
    ),
    '40 events in 60 s': Array.from({ length: 40 }, (_, i): EventTuple => [
      i * 1.5 * SECOND,
      i % sensor.width,
      i,
      i & 1,
    ]),
    dense,
    'whole rows': fullRows(sensor),
    'one event': [one(5)],
    'all ON': dense.slice(0, 2000).map(([t, x, y]): EventTuple => [t, x, y, 1]),
    'all OFF': dense.slice(0, 2000).map(([t, x, y]): EventTuple => [t, x, y, 0]),
    'at 0': [one(0), one(0)],
    'the last TIME_HIGH but one of EVT3': [one(0xffe * EVT3_HIGH + 9), one(2 ** 24)],
    'the last TIME_HIGH of EVT3': [one(0xfff * EVT3_HIGH + 9), one(0xfff * EVT3_HIGH + 10)],
    'a percent sign first in EVT3': [one(0x725 * EVT3_HIGH + 1)],
    'a percent sign first in EVT2': [one(0xabc25 * EVT2_HIGH + 1)],
    'to the end of EVT2': [one(7), one(2 ** 34 - 1)],
    'beyond the end of EVT2': [one(7), one(2 ** 34)],
    'over the wrap of 32 bits': [
      one(2 ** 32 - 2),
      one(2 ** 32 - 1),
      one(2 ** 32),
      one(2 ** 32 + 2 ** 31 - 1),
    ],
    'half of 32 bits': [one(1), one(2 ** 31)],
    'over 31 bits': bursts(sensor, 2 ** 31 - 300, 3 * 2 ** 31 + 1),
    'negative times': [one(-3 * SECOND), one(-5), one(0), one(7)],
    'a gap of years': [one(7), one(2 ** 52)],
    'Unix time': bursts(sensor, 1_700_000_000 * SECOND),
  };
  return Object.fromEntries(
    Object.entries(streams).map(([name, tuples]) => [name, batchFromTuples(tuples, sensor)]),
  );
}
