import { expect, it } from 'vitest';
import { CameraLabels } from '../../../src/live/metrics/camera-labels.ts';

function labels(max: number): { labels: CameraLabels; forgotten: string[]; pass: (ms: number) => void } {
  let now = 0;
  const forgotten: string[] = [];
  const options = {
    max,
    forgetMs: 100,
    clock: () => now,
    onForget: (label: string) => void forgotten.push(label),
  };
  return { labels: new CameraLabels(options), forgotten, pass: (ms) => void (now += ms) };
}

it('the first have their own, the others one together', () => {
  const { labels: own } = labels(2);
  expect(['a', 'b', 'c', 'a', 'd'].map((name) => own.take(name))).toEqual(['a', 'b', 'other', 'a', 'other']);
});

it('a camera that calls itself "other" takes no place', () => {
  const { labels: own } = labels(1);
  expect(own.take('other')).toBe('other');
  expect(own.take('a')).toBe('a');
});

it('is free again when its last user has been gone for long', () => {
  const { labels: own, forgotten, pass } = labels(1);
  for (let i = 0; i < 2; i++) own.take('a');
  own.release('a');
  pass(1000);
  expect(own.take('b')).toBe('other');
  own.release('a');
  pass(99);
  expect(own.take('b')).toBe('other');
  pass(1);
  expect(own.take('b')).toBe('b');
  expect(forgotten).toEqual(['a']);
});

it('one that comes back in time keeps it', () => {
  const { labels: own, forgotten, pass } = labels(1);
  own.take('a');
  own.release('a');
  pass(99);
  own.take('a');
  pass(1000);
  own.forget();
  expect(forgotten).toEqual([]);
});

it('what has none is not released', () => {
  const { labels: own } = labels(0);
  own.release(own.take('a'));
  expect(own.take('a')).toBe('other');
});
