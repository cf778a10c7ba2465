/** `saccade serve --replay`: recordings come as those of any camera would. */
import {
  CameraClient,
  openNodeSocket,
  type LiveServer,
  type LiveServerOptions,
  type ReplayRecording,
} from '../../live/index.ts';
import { decodingFromFlags } from '../format-options.ts';
import { setExitCode } from '../inputs.ts';
import type { Replays } from '../recordings.ts';
import { replayEvents, sendReplays, type ReplayFailure } from '../replays.ts';
import { OWN_TOKEN, type ServeFlags } from './serve-flags.ts';

/** Between replayed recordings, so that people can follow. */
const REPLAY_PAUSE_MS = 400;

/**
 * Streams recordings to the server like a camera would, through a WebSocket of its own. One that fails is named and left
 * out of the next rounds.
 *
 * @throws what the last recording failed with where none is left.
 */
export async function replayToSelf(
  server: LiveServer,
  tls: LiveServerOptions['tls'],
  { recordings, several }: Replays,
  { once, ...flags }: ServeFlags,
  signal: AbortSignal,
): Promise<void> {
  const { convention, ...decoding } = decodingFromFlags(flags);
  const client = new CameraClient({
    url: `${server.url.replace(/^http/, 'ws')}ingest`,
    hello: {
      camera: 'replay',
      sensor: decoding.geometry ?? null,
      payload: 'events',
      policy: 'pause',
      ...(convention && { decoding: { convention } }),
    },
    createSocket: (url, protocols) =>
      openNodeSocket(url, protocols, { token: OWN_TOKEN.secret, certificate: tls?.cert }),
  });
  // Told by whatever is awaited.
  client.decisions$.subscribe({ error: () => undefined });
  await client.connect();
  const options = { rate: flags.rate, decoding, signal, pauseMs: REPLAY_PAUSE_MS };
  const failures: ReplayFailure[] = [];
  const noted = new Set<ReplayRecording>();
  const send = (recording: ReplayRecording): Promise<string[]> => replayEvents(client, recording, options);
  let left = recordings;
  do {
    failures.push(...(await sendReplays({ recordings: left, several }, send, noted)));
    left = recordings.filter((recording) => failures.every((failure) => failure.recording !== recording));
  } while (!once && left.length > 0 && !signal.aborted);
  await client.end();
  setExitCode(
    failures.map(({ error }) => error),
    recordings.length,
  );
}
