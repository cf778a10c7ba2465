/** Requests to JetStream that outlast a broker that is away for a while. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterError } from './errors.ts';
import type { NatsConnection } from './nats-connection.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/** Codes of JetStream that are looked at. */
export const API_CODES = {
  consumerNotFound: 10014,
  streamNameInUse: 10058,
  streamNotFound: 10059,
  notEnabled: 10039,
  noMessage: 10043,
  notDeleted: 10057,
  storeFailed: 10077,
} as const;

/** Of those that the server says to be unavailable. */
const FOR_GOOD: readonly number[] = [API_CODES.notEnabled, API_CODES.storeFailed];

/** The code of an error of JetStream's, `null` for others. */
export function apiCode(connection: NatsConnection, error: unknown): number | null {
  return error instanceof connection.modules.jetstream.JetStreamApiError ? error.code : null;
}

/**
 * Asks until there is an answer: a request may be answered twice then.
 *
 * @param restore makes streams and consumers anew that a broker has lost.
 * @param signal ends the asking, with its reason.
 * @throws ClusterError `CLOSED`, `NOT_ALLOWED`, or `REFUSED` for an answer that would be the same again.
 */
export async function persistently<T>(
  connection: NatsConnection,
  ask: () => Promise<T>,
  restore: () => Promise<void>,
  signal?: AbortSignal,
): Promise<T> {
  const began = performance.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await ask();
    } catch (error) {
      const told = final(connection, error) ?? connection.deniedSince(began);
      if (told !== null) throw told;
      signal?.throwIfAborted();
      await sleep(pause);
      if (isLost(connection, error)) await restore().catch(() => undefined);
    }
  }
}

/** A {@link ClusterError} where asking again would not help, else `null`. */
function final(connection: NatsConnection, error: unknown): ClusterError | null {
  const translated = connection.translate(error);
  if (translated instanceof ClusterError) return translated;
  if (isLost(connection, error) || !(error instanceof connection.modules.jetstream.JetStreamApiError)) {
    const { InvalidArgumentError, InvalidSubjectError } = connection.modules.transport;
    const isOurs = error instanceof InvalidArgumentError || error instanceof InvalidSubjectError;
    return isOurs ? new ClusterError('REFUSED', error.message, { cause: error }) : null;
  }
  // 503: no leader, no quorum, resources; they come back.
  if (error.status === 503 && !FOR_GOOD.includes(error.code)) return null;
  return new ClusterError('REFUSED', `The server of NATS refuses: ${error.message} (${error.code}).`, {
    cause: error,
  });
}

/** Whether streams or consumers are gone; a publication to a stream that is not there has nobody who answers. */
function isLost(connection: NatsConnection, error: unknown): boolean {
  const { transport } = connection.modules;
  const code = apiCode(connection, error);
  if (code === API_CODES.consumerNotFound || code === API_CODES.streamNotFound) return true;
  return (
    error instanceof transport.NoRespondersError ||
    (error instanceof transport.RequestError && error.isNoResponders())
  );
}
