import { describe, expect, it } from 'vitest';
import { summariseLosses } from '../../web/src/model/losses.ts';

describe('what was left out', () => {
  it('is no warning where it belongs to the rule, in whatever numbers', () => {
    const losses = summariseLosses({ events: 2000, dropped: { 'incomplete-window': 1605 } });
    expect(losses).toMatchObject({ events: 1605, matters: false });
    expect(losses.list[0]!.text).toContain('behind the last whole window');
  });

  it('is a warning from a share on, or always where it is a fault', () => {
    const matters = (dropped: Record<string, number>): boolean =>
      summariseLosses({ events: 1000, dropped }).matters;
    for (const reason of ['late', 'saturated', 'outside-sensor', 'outlier', 'a-reason-that-is-new']) {
      expect([reason, matters({ [reason]: 10 }), matters({ [reason]: 11 })]).toEqual([reason, false, true]);
    }
    expect(matters({ overload: 1 })).toBe(true);
    expect(matters({})).toBe(false);
  });

  it('counts events, not bytes', () => {
    const { events, list } = summariseLosses({ events: 100, dropped: { 'truncated-bytes': 7, late: 1 } });
    expect(events).toBe(1);
    expect(list.map(({ text }) => text)).toContain('bytes at the end belong to no whole event');
  });
});
