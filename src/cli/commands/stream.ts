/** `saccade stream`. */
import process from 'node:process';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { SensorGeometry } from '../../events/index.ts';
import {
  CameraClient,
  openNodeSocket,
  replayRecordings,
  type DecisionMessage,
  type EndMessage,
  type ReplayRecording,
} from '../../live/index.ts';
import { geometry } from '../options.ts';
import { recordingsOf } from '../recordings.ts';

interface StreamFlags {
  readonly rate: number | 'max';
  readonly camera: string;
  readonly sensor?: SensorGeometry;
  readonly raw?: boolean;
  readonly format?: string;
  readonly policy: 'pause' | 'drop-oldest' | 'drop-newest';
  readonly token?: string;
  readonly json?: boolean;
}

function replayRate(text: string): number | 'max' {
  if (text === 'max') return text;
  const rate = Number(text);
  if (rate > 0 && Number.isFinite(rate)) return rate;
  throw new InvalidArgumentError('Expected a number above 0, or max.');
}

/** Sends the bytes as they stand, for the server to decode; as fast as they are accepted. */
async function sendRaw(client: CameraClient, recordings: readonly ReplayRecording[]): Promise<void> {
  for (const { name, label, open } of recordings) {
    await client.startSegment({ name, label });
    for await (const chunk of open()) {
      for (let at = 0; at < chunk.length; at += RAW_BYTES)
        await client.sendBytes(chunk.subarray(at, at + RAW_BYTES));
    }
  }
}

/** Bytes of a raw message. */
const RAW_BYTES = 256 * 1024;

async function stream(location: string, url: string, flags: StreamFlags): Promise<void> {
  const recordings = await recordingsOf([location]);
  const client = new CameraClient({
    url: url.replace(/\/$/, '').endsWith('/ingest') ? url : `${url.replace(/\/$/, '')}/ingest`,
    hello: {
      camera: flags.camera,
      sensor: flags.sensor ?? null,
      payload: flags.raw ? 'raw' : 'events',
      policy: flags.policy,
      ...(flags.format !== undefined && { decoding: { format: flags.format } }),
    },
    createSocket: (target, protocols) => openNodeSocket(target, protocols, flags.token),
  });
  client.decisions$.subscribe({
    next: (decision) => {
      if (decision.final) process.stdout.write(`${flags.json ? JSON.stringify(decision) : line(decision)}\n`);
    },
    // Told by whatever is awaited.
    error: () => undefined,
  });
  await client.connect();
  const end = await streamAll(client, recordings, flags).finally(() => {
    client.close();
  });
  const dropped = Object.entries(end.dropped)
    .map(([reason, count]) => `, ${count} ${reason}`)
    .join('');
  process.stderr.write(`${end.events} events, ${end.decisions} decisions${dropped}\n`);
}

/** Sends all, and waits for the decisions of what was sent, also where a recording is damaged. */
async function streamAll(
  client: CameraClient,
  recordings: readonly ReplayRecording[],
  { raw, rate, sensor, format }: StreamFlags,
): Promise<EndMessage> {
  try {
    if (raw) await sendRaw(client, recordings);
    else {
      await replayRecordings(client, recordings, {
        rate,
        decoding: { ...(sensor && { geometry: sensor }), ...(format !== undefined && { format }) },
      });
    }
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return client.end();
}

function line({ segment, window, label, scores, classIndex, latencyMs }: DecisionMessage): string {
  return `${segment?.name ?? ''} window ${window}  →  ${label}  ${(100 * scores[classIndex]!).toFixed(1)} %  ${latencyMs.toFixed(1)} ms`;
}

/** Registers `saccade stream`. */
export function streamCommand(): Command {
  return new Command('stream')
    .summary('replay recordings to a live server')
    .description('Replays a recording, or a folder of them, to a live server and prints its decisions.')
    .argument('<recording>', 'a recording, archive.zip!member, or a folder')
    .argument('<url>', 'ws://host:port')
    .option('--rate <factor>', "1 for the recording's own speed, a multiple, or max", replayRate, 1)
    .option('--camera <name>', 'name of the camera', 'stream')
    .option('--sensor <WxH>', 'sensor size, where recordings do not state it', geometry)
    .option('--raw', 'send the bytes as they are and let the server decode (as fast as accepted)')
    .option('--format <id>', 'format, where content cannot tell')
    .addOption(
      new Option('--policy <name>', 'when the server is slower')
        .choices(['pause', 'drop-oldest', 'drop-newest'])
        .default('pause'),
    )
    .option('--token <secret>', 'bearer token')
    .option('--json', 'one JSON object per line')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade stream clip.bin ws://127.0.0.1:8765 --sensor 34x34\n  saccade stream recording.aedat ws://127.0.0.1:8765 --raw\n  saccade stream recording.aedat ws://127.0.0.1:8765 --sensor 128x128 --rate max',
    )
    .action(stream);
}
