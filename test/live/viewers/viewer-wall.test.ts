import { describe, expect, it } from 'vitest';
import type { LiveCamera } from '../../../src/live/camera/live-camera.ts';
import {
  decodeThumbnails,
  type CameraSummary,
  type DecisionMessage,
  type DisplayFrame,
  type StatsMessage,
} from '../../../src/live/index.ts';
import { ViewerWall, WALL_BYTES_PER_SECOND, type WallUpdate } from '../../../src/live/viewers/viewer-wall.ts';

/** A camera whose every pixel is busy. */
function busy(name: string, side: number, notes: StatsMessage['notes'] = []): LiveCamera {
  const geometry = { width: side, height: side };
  const plane = Uint8Array.from({ length: side * side }, (_, i) => 1 + (i % 200));
  const frame: DisplayFrame = { camera: name, geometry, sensor: geometry, on: plane, off: plane, tMicros: 0 };
  return {
    name,
    takeDisplay: () => frame,
    takeStats: () => ({ type: 'stats', camera: name, notes }),
  } as unknown as LiveCamera;
}

const wants = { summaries: true, thumbnails: true, isPictured: () => false, isInFull: () => false };

const wallOf = (cameras: readonly LiveCamera[]): ViewerWall => {
  const wall = new ViewerWall((_, run) => {
    run();
  });
  for (const camera of cameras) wall.enter(camera, 0);
  return wall;
};

function summariesOf({ summaries }: WallUpdate): CameraSummary[] {
  if (summaries === null) return [];
  return (JSON.parse(summaries) as { summaries: CameraSummary[] }).summaries;
}

/** Turns as a hub gives them. */
function run(wall: ViewerWall, ms: number, from = 0): WallUpdate[] {
  const updates = [];
  for (let now = from; now < from + ms; now += 33) updates.push(wall.turn(now, wants));
  return updates;
}

describe('the wall of cameras', () => {
  it('has few bytes a second, whatever comes, and leaves nobody out', () => {
    const cameras = Array.from({ length: 500 }, (_, i) => busy(`camera ${i}`, 256));
    const seconds = 20;
    const updates = run(wallOf(cameras), 1000 * seconds);
    const bytes = updates.reduce(
      (sum, { summaries, thumbnails }) => sum + (summaries?.length ?? 0) + (thumbnails?.length ?? 0),
      0,
    );
    expect(bytes).toBeLessThan(1.02 * seconds * WALL_BYTES_PER_SECOND);
    expect(bytes).toBeGreaterThan(0.9 * seconds * WALL_BYTES_PER_SECOND);
    const times = new Map<string, number>();
    for (const { thumbnails } of updates)
      for (const { camera } of thumbnails === null ? [] : decodeThumbnails(thumbnails))
        times.set(camera, (times.get(camera) ?? 0) + 1);
    expect(times.size).toBe(500);
    const counts = [...times.values()];
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }, 120_000);

  it('spreads cameras that came together over its turns', () => {
    const wall = wallOf(Array.from({ length: 200 }, (_, i) => busy(`${i}`, 8)));
    const most = Math.max(
      ...run(wall, 5000).map(({ thumbnails }) =>
        thumbnails === null ? 0 : decodeThumbnails(thumbnails).length,
      ),
    );
    expect(most).toBeLessThanOrEqual(Math.ceil((200 * 33) / 250));
  });

  it('tells of notes the newest only, and not all of a long one', () => {
    const notes = ['first', 'x'.repeat(5000)].map((text) => ({ recording: 'r'.repeat(500), text }));
    const [summary] = run(wallOf([busy('a', 4, notes)]), 600).flatMap(summariesOf);
    expect(summary!.stats!.notes).toEqual([{ recording: 'r'.repeat(300), text: 'x'.repeat(300) }]);
  });

  it('has the mean of what was decided since the summary before; silence decides only where nothing else does', () => {
    const wall = wallOf([busy('a', 4)]);
    const decide = (changes: object, score: number): void => {
      const message = {
        camera: 'a',
        segment: { name: 'one', label: 'x' },
        final: true,
        flushed: false,
        classIndex: 0,
        label: 'x',
        scores: [score],
        windowEvents: 9,
        latencyMs: 3,
        ...changes,
      };
      wall.takeDecision(message as unknown as DecisionMessage, 100);
    };
    decide({ flushed: true, label: 'rest' }, 0.1);
    const [first] = run(wall, 600).flatMap(summariesOf);
    expect(first).toMatchObject({
      windows: 0,
      meanScore: 0,
      verdict: { label: 'rest', truth: 'x', ageMs: 164 },
    });
    decide({}, 0.9);
    decide({}, 0.5);
    decide({ final: false, label: 'on the way' }, 0.3);
    decide({ flushed: true, label: 'rest' }, 0.1);
    const second = run(wall, 600, 600).flatMap(summariesOf);
    expect(second.reduce((sum, { windows }) => sum + windows, 0)).toBe(2);
    expect(second[0]).toMatchObject({ meanScore: 0.7, verdict: { label: 'x', score: 0.5 } });
    decide({ flushed: true, label: 'of another', segment: { name: 'two', label: null } }, 0.1);
    const third = run(wall, 1200, 1200).flatMap(summariesOf);
    expect(third.at(-1)).toMatchObject({ verdict: { label: 'of another', truth: null } });
  });
});
