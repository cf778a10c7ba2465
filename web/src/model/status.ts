/** What the page says of itself in one or two words. */
import type { ConnectionStatus } from '../../../src/live/client.ts';
import type { LiveState } from './live-state.ts';

/** Who the shown state is fed by. */
export type Source =
  | { readonly kind: 'live'; readonly connection: ConnectionStatus; readonly isWall: boolean }
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
  if (source.connection !== 'open') {
    if (state.ended && !source.isWall) return { text: 'done, server ended', tone: 'calm', isStale: false };
    if (state.welcome === null && source.connection === 'connecting')
      return { text: 'connecting', tone: 'calm', isStale: false };
    return { text: 'no server, trying again', tone: 'bad', isStale: true };
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
