/** `saccade stream`. */
import process from 'node:process';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  CameraClient,
  openNodeSocket,
  type DecisionMessage,
  type ReplayRecording,
} from '../../live/index.ts';
import { sortReading } from '../../pipeline/index.ts';
import {
  addDecodingOptions,
  decodingFromFlags,
  rawDecodingFromFlags,
  type FormatFlags,
} from '../format-options.ts';
import { clientToken } from '../access-options.ts';
import { setExitCode } from '../inputs.ts';
import { printable } from '../printable.ts';
import { withReplays, type Replays } from '../recordings.ts';
import { replayEvents, sendReplays, type ReplayFailure } from '../replays.ts';
import { ingestUrl } from '../server-address.ts';

interface StreamFlags extends FormatFlags {
  readonly rate: number | 'max';
  readonly camera: string;
  readonly raw?: boolean;
  readonly policy: 'pause' | 'drop-oldest' | 'drop-newest';
  readonly tokenFile?: string;
  readonly json?: boolean;
}

function replayRate(text: string): number | 'max' {
  if (text === 'max') return text;
  const rate = Number(text);
  if (rate > 0 && Number.isFinite(rate)) return rate;
  throw new InvalidArgumentError('Expected a number above 0, or max.');
}

/** Bytes of a raw message. */
const RAW_BYTES = 256 * 1024;

/** Sends the bytes as they stand, for the server to decode; as fast as they are accepted. */
async function sendRaw(
  client: CameraClient,
  { name, label, open }: ReplayRecording,
): Promise<readonly string[]> {
  await client.startSegment({ name, label });
  for await (const chunk of open()) {
    for (let at = 0; at < chunk.length; at += RAW_BYTES) {
      await client.sendBytes(chunk.subarray(at, at + RAW_BYTES));
    }
  }
  return [];
}

async function stream(locations: readonly string[], address: string, flags: StreamFlags): Promise<void> {
  const url = ingestUrl(address);
  const { geometry, convention } = decodingFromFlags(flags);
  const token = await clientToken(flags.tokenFile);
  const client = new CameraClient({
    url,
    hello: {
      camera: flags.camera,
      sensor: geometry ?? null,
      payload: flags.raw ? 'raw' : 'events',
      policy: flags.policy,
      // Events are sent canonical; whoever makes frames of them turns them.
      decoding: flags.raw ? rawDecodingFromFlags(flags) : { convention },
    },
    createSocket: (target, protocols) => openNodeSocket(target, protocols, { token }),
  });
  client.decisions$.subscribe({
    next: (decision) => {
      if (decision.final) process.stdout.write(`${flags.json ? JSON.stringify(decision) : line(decision)}\n`);
    },
    // Told by whatever is awaited.
    error: () => undefined,
  });
  await withReplays(locations, async (replays) => {
    await client.connect();
    try {
      await sendAll(client, replays, flags);
    } finally {
      client.close();
    }
  });
}

/** Sends all, and waits for the decisions of what was sent, also where a recording is damaged. */
async function sendAll(client: CameraClient, replays: Replays, flags: StreamFlags): Promise<void> {
  const { rate, raw } = flags;
  const { decoding } = sortReading(decodingFromFlags(flags));
  let failures: readonly ReplayFailure[];
  try {
    failures = await sendReplays(replays, (recording) =>
      raw ? sendRaw(client, recording) : replayEvents(client, recording, { rate, decoding }),
    );
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  const end = await client.end();
  const dropped = Object.entries(end.dropped)
    .map(([reason, count]) => `, ${count} ${reason}`)
    .join('');
  for (const { recording, text } of end.notes)
    process.stderr.write(printable(`note: ${recording === null ? '' : `${recording}: `}${text}`) + '\n');
  process.stderr.write(`${end.events} events, ${end.decisions} decisions${dropped}\n`);
  setExitCode(
    failures.map(({ error }) => error),
    replays.recordings.length,
  );
}

function line({ segment, window, label, scores, classIndex, latencyMs }: DecisionMessage): string {
  return printable(
    `${segment?.name ?? ''} window ${window}  →  ${label}  ${(100 * scores[classIndex]!).toFixed(1)} %  ${latencyMs.toFixed(1)} ms`,
  );
}

/** Registers `saccade stream`. */
export function streamCommand(): Command {
  const command = new Command('stream')
    .description(
      'Replays recordings to a live server and prints its decisions. Of several, one that cannot be read does not stop the others; the exit code is 4 then.',
    )
    .usage('[options] <recording...> <ws://host:port>')
    .argument(
      '<paths...>',
      'recordings, archive.zip!member, folders, archives, "patterns*", or - for standard input; then the address of the server',
    )
    .option('--rate <factor>', "1 for the recording's own speed, a multiple, or max", replayRate, 1)
    .option('--camera <name>', 'name of the camera', 'stream')
    .option('--raw', 'send the bytes as they are and let the server decode (as fast as accepted)')
    .addOption(
      new Option('--policy <name>', 'when the server is slower')
        .choices(['pause', 'drop-oldest', 'drop-newest'])
        .default('pause'),
    )
    .option('--token-file <file>', "secret of a server that wants one; else the environment's SACCADE_TOKEN")
    .option('--json', 'one JSON object per line');
  return addDecodingOptions(command, '--sensor, --geometry <WxH>')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade stream clip.bin ws://127.0.0.1:8765 --sensor 34x34\n  saccade stream recording.aedat ws://127.0.0.1:8765 --raw\n  saccade stream recordings/ ws://127.0.0.1:8765 --rate max\n  saccade stream - ws://127.0.0.1:8765 --format csv --geometry 128x128 < events.csv',
    )
    .action((paths: readonly string[], flags: StreamFlags) => {
      const address = paths.at(-1)!;
      if (paths.length < 2)
        command.error(`error: name recordings and the server, for example ${address} ws://127.0.0.1:8765`);
      return stream(paths.slice(0, -1), address, flags);
    });
}
