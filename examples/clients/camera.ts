/**
 * Streams a recording to `saccade serve` and prints its decisions, one JSON object a line:
 * `node camera.js ws://127.0.0.1:8765/ingest recording.bin 34 34 [token]`. Comes back where the connection is lost.
 */
import { createReadStream } from 'node:fs';
import process from 'node:process';
import { createDecoder, decodeBytes } from 'saccade';
import { openNodeSocket, ReconnectingCamera, type DecisionMessage, type EndMessage } from 'saccade/live';

/** Where and what. */
export interface Streaming {
  /** `ws://host:port/ingest` */
  readonly url: string;
  readonly recording: string;
  readonly sensor: { readonly width: number; readonly height: number };
  readonly token?: string | undefined;
  readonly onDecision: (decision: DecisionMessage) => void;
}

/** Sends all events of a recording and waits for the decisions. */
export async function streamRecording({
  url,
  recording,
  sensor,
  token,
  onDecision,
}: Streaming): Promise<EndMessage> {
  const camera = new ReconnectingCamera({
    url,
    hello: { camera: 'typescript', sensor, payload: 'events', policy: 'pause' },
    createSocket: (target, protocols) => openNodeSocket(target, protocols, { token }),
  });
  // What goes wrong is told by what is awaited below.
  camera.decisions$.subscribe({ next: onDecision, error: () => undefined });
  camera.connection$.subscribe(({ status, error }) => {
    if (status === 'waiting') process.stderr.write(`${error?.message}\n`);
  });
  await camera.connect();
  try {
    const decoder = createDecoder({ fileName: recording, geometry: sensor });
    for await (const batch of decodeBytes(createReadStream(recording), decoder))
      await camera.sendEvents(batch);
    return await camera.end();
  } finally {
    camera.close();
  }
}

const [url, recording, width, height, token] = process.argv.slice(2);
if (url?.startsWith('ws') && recording !== undefined) {
  const sensor = { width: Number(width), height: Number(height) };
  const onDecision = (decision: DecisionMessage): void => {
    process.stdout.write(`${JSON.stringify(decision)}\n`);
  };
  const { events, decisions } = await streamRecording({ url, recording, sensor, token, onDecision });
  process.stderr.write(`${events} events, ${decisions} decisions\n`);
}
