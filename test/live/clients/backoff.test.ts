import { afterEach, describe, expect, it, vi } from 'vitest';
import { ClusterError } from '../../../src/cluster/index.ts';
import { closeCodeOf, describeError } from '../../../src/live/ingest/camera-messages.ts';
import {
  Backoff,
  CLOSE_CODES,
  ConnectionError,
  fullJitterMs,
  ProtocolError,
  retryOf,
  type ProtocolErrorCode,
  type Retry,
} from '../../../src/live/client.ts';

/** The longest wait that chance allows. */
const longest = (): void => void vi.spyOn(Math, 'random').mockReturnValue(1);
const closed = (closeCode: number): ConnectionError => new ConnectionError('', { closeCode, status: null });
const refused = (status: number): ConnectionError => new ConnectionError('', { closeCode: null, status });

afterEach(() => {
  vi.restoreAllMocks();
});

describe('what the end of a connection says about the next', () => {
  it.each<[Retry, number[]]>([
    ['later', [1001, 1005, 1006, 1011, 1014, 4408]],
    ['restarting', [1012]],
    ['overloaded', [1013, 4429]],
    ['never', [1000, 1003, 1007, 1008, 1009, 4400, 4401, 4404, 4409, 3000, 4999]],
  ])('%s after %j', (retry, codes) => {
    for (const code of codes) expect([code, retryOf(closed(code))]).toEqual([code, retry]);
  });

  it('every code that this server sends is one of the table', () => {
    const said = Object.values(CLOSE_CODES).map((code) => [code, retryOf(closed(code)) !== 'never']);
    expect(said).toEqual(
      Object.values(CLOSE_CODES).map((code) => [code, [1001, 1011, 1012, 1013, 4408, 4429].includes(code)]),
    );
  });

  it('answers in place of an upgrade say it too', () => {
    expect([429, 500, 502, 503].map((status) => retryOf(refused(status)))).toEqual([
      'overloaded',
      'later',
      'later',
      'later',
    ]);
    expect([400, 401, 403, 404].map((status) => retryOf(refused(status)))).toEqual(Array(4).fill('never'));
    expect(retryOf(new ConnectionError('', { closeCode: null, status: null }))).toBe('later');
  });

  it('errors that a server tells are worth what their close codes are', () => {
    const errors = [
      ...(['UNREACHABLE', 'NOT_ALLOWED', 'CLOSED', 'REFUSED'] as const).map(
        (code) => new ClusterError(code, ''),
      ),
      new Error('a fault'),
      ...['BAD_HELLO', 'CAMERA_TAKEN', 'TEXT_NOT_ALLOWED', 'OUTSIDE_SENSOR'].map(
        (code) => new ProtocolError(code as ProtocolErrorCode, null, ''),
      ),
    ];
    for (const error of errors) {
      // As the client makes it of what it was told.
      const { code } = describeError(error);
      const told = retryOf(new ProtocolError(code as ProtocolErrorCode, null, ''));
      expect([code, told]).toEqual([code, retryOf(closed(closeCodeOf(error)))]);
    }
  });
});

describe('Backoff', () => {
  it('waits grow up to a bound, with full jitter', () => {
    const most = Array.from({ length: 10 }, (_, attempt) => fullJitterMs(attempt, 500, 30_000, 1));
    expect(most).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000]);
    expect(fullJitterMs(5, 500, 30_000, 0)).toBe(0);
  });

  const waits = (backoff: Backoff, codes: readonly number[]): (number | null)[] =>
    codes.map((code) => backoff.waitMs(closed(code)));

  it('begins small again where a connection was good for something', () => {
    longest();
    const backoff = new Backoff({ firstBackoffMs: 100, maxBackoffMs: 1000 });
    expect(waits(backoff, [1006, 1001, 1011, 1006, 1006])).toEqual([100, 200, 400, 800, 1000]);
    backoff.progress();
    expect(waits(backoff, [1006])).toEqual([100]);
  });

  it('never comes back where it says so, whatever was before', () => {
    const backoff = new Backoff();
    for (const code of [1000, 1007, 4400, 4401, 4404, 4409]) expect(waits(backoff, [code])).toEqual([null]);
    expect(backoff.waitMs(new Error('anything'))).toBeNull();
  });

  it('comes back at once, with jitter, where a service begins again; but not again and again', () => {
    longest();
    const backoff = new Backoff();
    expect(waits(backoff, [1006, 1006, 1006, 1012, 1012, 1012, 1006])).toEqual([
      500, 1000, 2000, 500, 1000, 2000, 30_000,
    ]);
    vi.mocked(Math.random).mockReturnValue(0);
    expect(waits(new Backoff(), [1012])).toEqual([0]);
  });

  it('leaves a server alone that says that it is too much, also the first time', () => {
    longest();
    expect(waits(new Backoff(), [1013, 4429, 1013, 1013, 1013, 1013, 1013])).toEqual([
      4000, 4000, 4000, 4000, 8000, 16_000, 30_000,
    ]);
    vi.mocked(Math.random).mockReturnValue(0);
    expect(waits(new Backoff(), [1013, 4429])).toEqual([2000, 2000]);
    expect(new Backoff().waitMs(refused(429))).toBe(2000);
    // Whoever wants shorter waits has them.
    expect(waits(new Backoff({ maxBackoffMs: 10 }), [1013])).toEqual([5]);
  });
});
