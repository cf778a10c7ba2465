import { expect, it } from 'vitest';
import { heldBytes, heldCounts, repeatedClip } from '../../src/frames/index.ts';

it('a clip shows its frame at every time step and holds it once', () => {
  const frame = Uint16Array.of(1, 2, 3, 400, 5, 6);
  const clip = repeatedClip(frame, { width: 2, height: 1 }, 3);
  expect(Array.from(clip.counts)).toEqual([...frame, ...frame, ...frame]);
  expect(clip.counts).toBeInstanceOf(Uint16Array);
  expect([heldBytes(clip), heldBytes({ ...clip })]).toEqual([12, 36]);
  expect(heldCounts(clip)).toEqual(clip.counts.subarray(0, heldCounts(clip).length));
  // Who writes to what they took changes nobody's clip.
  clip.counts.fill(0);
  expect(clip.counts[0]).toBe(1);
});
