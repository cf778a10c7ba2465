import { expect, it, vi } from 'vitest';
import { RefusalLog } from '../../../src/live/access/refusal-log.ts';

it('says so many lines in a second, counts the others, and cuts what anybody may choose', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const lines: object[] = [];
  const say = (line: object): void => void lines.push(line);
  const log = new RefusalLog({ info: say, warn: say, error: say }, 2);
  const request = { url: 'x'.repeat(9999), address: '192.0.2.1' };
  for (let i = 0; i < 10; i++) log.add(request, { status: 401, reason: 'no token' });
  expect(lines).toEqual(
    [0, 1].map(() => ({ address: '192.0.2.1', url: 'x'.repeat(200), code: 401, reason: 'no token' })),
  );
  vi.advanceTimersByTime(1000);
  log.add(request, { status: 401, reason: 'no token' });
  expect(lines.at(-1)).toMatchObject({ leftOut: 8 });
  vi.useRealTimers();
});
