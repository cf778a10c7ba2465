import { describe, expect, it } from 'vitest';
import { batchFromTuples, type EventTuple } from '../../../src/events/index.ts';
import { binSlice, parseRepresentation, type StepFrame } from '../../../src/frames/index.ts';

const SENSOR = { width: 1, height: 1 };

/** One step from 0 to 100 µs of one pixel, in one batch or several. */
function frameOf(text: string, ...parts: (readonly (readonly [t: number, p: number])[])[]): StepFrame {
  const batches = parts.map((events) =>
    batchFromTuples(
      events.map(([t, p]): EventTuple => [t, 0, 0, p]),
      SENSOR,
    ),
  );
  const slice = {
    window: 0,
    step: 0,
    steps: 1,
    segment: 0,
    startMicros: 0,
    endMicros: 100,
    batches,
  };
  return binSlice(slice, { sensor: SENSOR, representation: parseRepresentation(text) });
}

const valuesOf = (text: string, events: readonly (readonly [number, number])[]): number[] =>
  Array.from(frameOf(text, events).counts);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('voxel grids', () => {
  const off = [0, 1, 2, 3].map((t) => [t, 0] as const);

  it("Tonic's drops the last event, and counts OFF as ON where polarities are boolean", () => {
    // As Tonic computed it: -3.0 of integers, +3.0 of booleans.
    expect(sum(valuesOf('voxel-grid=like:tonic,bins:3', off))).toBe(-3);
    expect(sum(valuesOf('voxel-grid=like:tonic-bool,bins:3', off))).toBe(3);
    expect(frameOf('voxel-grid=like:tonic,bins:3', off)).toMatchObject({ events: 3, unrepresented: 1 });
  });

  it("E2VID's keeps it, in the last bin", () => {
    expect(valuesOf('voxel-grid=like:e2vid,bins:4', off)).toEqual([-1, -1, -1, -1]);
    expect(
      valuesOf('voxel-grid=like:e2vid,bins:3', [
        [0, 1],
        [1, 1],
        [4, 1],
      ]),
    ).toEqual([1.5, 0.5, 1]);
  });

  it('are finite where all times are equal', () => {
    for (const like of ['tonic', 'e2vid'])
      expect(
        valuesOf(`voxel-grid=like:${like},bins:2`, [
          [5, 1],
          [5, 1],
        ]),
      ).toEqual([2, 0]);
  });
});

it("BinaRep's first frame is the highest bit", () => {
  // Tonic: bits 1,0,0,0,0,0,0,1 are 0.5058824.
  const events = [
    [1, 1],
    [99, 1],
  ] as const;
  expect(valuesOf('bina-rep=bits:8', events)[1]).toBeCloseTo(0.5058824, 7);
  expect(valuesOf('bina-rep=bits:8,values:levels', events)).toEqual([0, 129]);
});

describe('time surfaces', () => {
  it('are of the end of the step, as Tonic measures them', () => {
    const [off, on] = valuesOf('time-surface=like:tonic,tauMicros:50', [[40, 1]]);
    expect([off, on]).toEqual([0, Math.fround(Math.exp(-60 / 50))]);
    expect(valuesOf('time-surface=decay:linear,tauMicros:100', [[40, 0]])).toEqual([Math.fround(0.4), 0]);
  });

  it('know the latest event, whatever came last, and none of the future', () => {
    expect(
      valuesOf('time-surface=tauMicros:50', [
        [90, 1],
        [10, 1],
      ]),
    ).toEqual(valuesOf('time-surface=tauMicros:50', [[90, 1]]));
    expect(frameOf('time-surface=tauMicros:50', [[90, 1]], [[10, 1]]).counts).toEqual(
      frameOf('time-surface=tauMicros:50', [[90, 1]]).counts,
    );
    expect(valuesOf('time-surface=tauMicros:50', [[300, 1]])).toEqual([0, 1]);
  });
});

it('event cubes keep or drop what lies in front of the first middle', () => {
  expect(valuesOf('event-cube=like:openeb-python,bins:2', [[0, 0]])).toEqual([1, 0, 0, 0]);
  expect(valuesOf('event-cube=like:openeb-cpp,bins:2', [[0, 0]])).toEqual([0.5, 0, 0, 0]);
  expect(valuesOf('event-cube=bins:2', [[50, 1]])).toEqual([0, 0.5, 0, 0.5]);
});

it('averaged time surfaces fall below 0 only where asked, and refuse what cannot be meant', () => {
  const text = 'averaged-time-surface=cell:1,surface:1,tauMicros:10,windowMicros:100,decay:linear';
  const events = [
    [0, 1],
    [60, 1],
  ] as const;
  expect(valuesOf(text, events)).toEqual([0, 1]);
  expect(valuesOf(`${text},negative`, events)).toEqual([0, 0.5]);
  expect(() => parseRepresentation('averaged-time-surface=cell:3,surface:5')).toThrow('odd and at most cell');
});

it('histograms stop, and say what they lost', () => {
  const events = [1, 2, 3].map((t) => [t, 1] as const);
  expect(frameOf('histogram=most:2', events)).toMatchObject({ events: 2, saturated: 1 });
  expect(valuesOf('histogram=most:2', events)).toEqual([0, 1]);
});
