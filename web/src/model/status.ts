/** What the page says of itself in one or two words. */
import { ConnectionError, type ConnectionState } from '../../../src/live/client.ts';
import type { LiveState } from './live-state.ts';

/** Who the shown state is fed by. */
export type Source =
  | {
      readonly kind: 'live';
      readonly connection: ConnectionState;
      /** Since when the connection is so. */
      readonly since: number;
      readonly isWall: boolean;
    }
  /** The server does not let this page watch. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'page'; readonly done: boolean };

/** See {@link statusOf}. */
export interface Status {
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'calm';
  /** What is shown is old: nobody should take it for now. */
  readonly isStale: boolean;
}

/** Data of a camera that is there and older than this are stale. */
const STALE_AFTER_MS = 1000;

/** Waits that are shorter are over before they are read. */
const SHOWN_WAIT_S = 2;

/** What the end of a connection means, by close code or HTTP status (PROTOCOL.md). */
const ENDS: Readonly<Record<number, string>> = {
  429: 'too many attempts',
  1000: 'server said goodbye',
  1001: 'server ended',
  1007: 'server does not understand this page',
  1008: 'server does not allow this',
  1011: 'fault of the server',
  1012: 'server begins again',
  1013: 'too slow for the server',
  4401: 'token not valid any more',
  4408: 'idle for too long',
  4429: 'too many attempts',
};

/** Why there is no connection, in a few words. */
export function endWords(error: Error | null): string {
  const { closeCode, status } = error instanceof ConnectionError ? error : { closeCode: null, status: null };
  const code = closeCode ?? status;
  // A browser says 1006 where there was no goodbye, or nobody.
  if (code === null || code === 1005 || code === 1006) return 'no server';
  return ENDS[code] ?? `closed by the server (${code})`;
}

/** Milliseconds since something came; infinite before. */
export function ageOf({ dataAt }: Pick<LiveState, 'dataAt'>, now: number): number {
  return now - dataAt;
}

/** See the file comment. */
export function statusOf(state: LiveState, source: Source, paused: boolean, now: number): Status {
  if (paused) return { text: 'paused', tone: 'calm', isStale: false };
  if (source.kind === 'page')
    return { text: source.done ? 'done' : 'in this page', tone: 'good', isStale: false };
  if (source.kind === 'refused') return { text: 'not allowed', tone: 'bad', isStale: true };
  const { status, error, retryMs } = source.connection;
  if (status !== 'open') {
    if (state.ended && !source.isWall) return { text: 'done, server ended', tone: 'calm', isStale: false };
    if (error === null) return { text: 'connecting', tone: 'calm', isStale: false };
    if (status === 'closed') return { text: endWords(error), tone: 'bad', isStale: true };
    const left = Math.ceil(((retryMs ?? 0) - (now - source.since)) / 1000);
    const when = left < SHOWN_WAIT_S ? '' : ` in ${left} s`;
    return { text: `${endWords(error)}, trying again${when}`, tone: 'bad', isStale: true };
  }
  // Of each of its cameras a wall says how it is.
  if (source.isWall) return { text: 'live', tone: 'good', isStale: false };
  if (state.ended) return { text: 'done', tone: 'good', isStale: false };
  if (state.isMissing) return { text: 'camera not there', tone: 'bad', isStale: true };
  const age = ageOf(state, now);
  if (Number.isFinite(age) && age > STALE_AFTER_MS)
    return { text: `no data for ${(age / 1000).toFixed(0)} s`, tone: 'bad', isStale: true };
  return { text: 'live', tone: 'good', isStale: false };
}
