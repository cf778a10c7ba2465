/** Sends recordings through a camera client, one after the other. */
import process from 'node:process';
import { OrderAccount } from '../events/index.ts';
import {
  ProtocolError,
  replayRecordings,
  type CameraClient,
  type ReplayOptions,
  type ReplayRecording,
  type ReplaySink,
} from '../live/index.ts';
import { orderNote } from './decode-notes.ts';
import { blame, failureText, isInputFailure } from './failure.ts';
import { printable } from './printable.ts';
import type { Replays } from './recordings.ts';

/** A recording that failed, and with what. */
export interface ReplayFailure {
  readonly recording: ReplayRecording;
  readonly error: unknown;
}

/**
 * Sends each recording. Where there are several, one that fails is named and does not stop the others.
 * Notes are printed once for each recording.
 *
 * @throws what the only recording, or the connection, failed with.
 */
export async function sendReplays(
  { recordings, several }: Replays,
  send: (recording: ReplayRecording) => Promise<readonly string[]>,
  noted: Set<ReplayRecording> = new Set(),
): Promise<ReplayFailure[]> {
  const failures: ReplayFailure[] = [];
  for (const recording of recordings) {
    try {
      const notes = await send(recording);
      if (!noted.has(recording)) process.stderr.write(notes.join(''));
      noted.add(recording);
    } catch (cause) {
      if (isConnectionFailure(cause)) throw cause;
      const error = blame(cause, recording.name, several);
      if (!several || !isInputFailure(error)) throw error;
      failures.push({ recording, error });
      process.stderr.write(`${failureText(error)}\n`);
    }
  }
  return failures;
}

/**
 * Sends one recording's events.
 *
 * @returns what people should know of their order.
 * @throws UnsortedEventsError under the policy `strict`.
 */
export async function replayEvents(
  client: Pick<CameraClient, 'copiesBatches' | 'startSegment' | 'sendEvents'>,
  recording: ReplayRecording,
  options: ReplayOptions,
): Promise<string[]> {
  const order = new OrderAccount({ refuse: options.decoding?.policy === 'strict' });
  const sink: ReplaySink = {
    copiesBatches: client.copiesBatches,
    startSegment: (segment) => client.startSegment(segment),
    sendEvents: (batch) => {
      order.push(batch);
      return client.sendEvents(batch);
    },
  };
  await replayRecordings(sink, [recording], options);
  return orderNote(order).map((note) => `note: ${printable(recording.name)}: ${note}\n`);
}

/** Whether nothing more can be sent, in contrast to a recording that cannot. */
function isConnectionFailure(error: unknown): boolean {
  return error instanceof ProtocolError && error.code !== 'UNENCODABLE_BATCH';
}
