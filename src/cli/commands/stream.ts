/** `saccade stream`. */
import process from 'node:process';
import { Command, InvalidArgumentError, Option } from 'commander';
import { OptionError } from '../../events/index.ts';
import {
  ReconnectingCamera,
  openNodeSocket,
  type DecisionMessage,
  type ReplayRecording,
  type SourceAddress,
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
import { streamSource } from '../network/stream-source.ts';
import { declareEffects, optionsOf } from '../option-effects.ts';
import { wholeNumber } from '../options.ts';
import { printable } from '../printable.ts';
import { withReplays, type Replays } from '../recordings.ts';
import {
  addBoundOptions,
  addSourceOptions,
  oneSource,
  SOURCES,
  type BoundFlags,
  type SourceFlags,
} from '../source-options.ts';
import { replayEvents, sendReplays, type ReplayFailure } from '../replays.ts';
import { ingestUrl } from '../server-address.ts';

interface StreamFlags extends FormatFlags, SourceFlags, BoundFlags {
  readonly retry: number;
  readonly rate: number | 'max';
  readonly camera?: string;
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

const DEFAULT_CAMERA = 'stream';

/** @throws OptionError for what a source's address says too. */
function requireOneWord({ camera, sensor, convention }: SourceAddress, flags: StreamFlags): void {
  const stated = Object.entries({ camera, geometry: sensor ?? undefined, convention });
  const twice = stated.find(([name, own]) => own !== undefined && flags[name] !== undefined);
  if (twice !== undefined)
    throw new OptionError(twice[0], 'is said behind the ? of the source too: leave it out of one');
}

/** Bytes of a raw message. */
const RAW_BYTES = 256 * 1024;

/** Sends the bytes as they stand, for the server to decode; as fast as they are accepted. */
async function sendRaw(
  client: ReconnectingCamera,
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
  const source = await oneSource(flags);
  const { geometry, convention = source?.convention } = decodingFromFlags(flags);
  if (source !== null) requireOneWord(source, flags);
  const token = await clientToken(flags.tokenFile);
  const client = new ReconnectingCamera({
    url,
    hello: {
      camera: source?.camera ?? flags.camera ?? DEFAULT_CAMERA,
      sensor: source?.sensor ?? geometry ?? null,
      payload: flags.raw ? 'raw' : 'events',
      policy: flags.policy,
      // Events are sent canonical; whoever makes frames of them turns them.
      decoding: flags.raw ? rawDecodingFromFlags(flags) : { convention },
    },
    createSocket: (target, protocols) => openNodeSocket(target, protocols, { token }),
    giveUpAfterMs: 1000 * flags.retry,
  });
  client.decisions$.subscribe({
    next: (decision) => {
      if (decision.final) process.stdout.write(`${flags.json ? JSON.stringify(decision) : line(decision)}\n`);
    },
    // Told by whatever is awaited.
    error: () => undefined,
  });
  sayWhatHappens(client);
  await withReplays(locations, flags, async (replays) => {
    await client.connect();
    try {
      if (source === null) await sendAll(client, replays, flags);
      else await streamSource(client, source, flags).then(() => sayEnd(client));
    } finally {
      client.close();
    }
  });
}

/** Losses of the connection, and what they cost. */
function sayWhatHappens(client: ReconnectingCamera): void {
  let last = { status: 'connecting', losses: 0, lostEvents: 0 };
  client.connection$.subscribe((state) => {
    const { status, losses, error, lostEvents } = state;
    if (losses > last.losses && error !== null)
      process.stderr.write(printable(`note: ${error.message} Trying again.`) + '\n');
    if (status === 'open' && last.losses > 0 && last.status !== 'open')
      process.stderr.write('note: connected again\n');
    if (lostEvents > last.lostEvents)
      process.stderr.write(`note: ${lostEvents - last.lostEvents} events were lost with the connection\n`);
    // The error of a loss comes behind its count.
    last = { status, losses: error === null ? last.losses : losses, lostEvents };
  });
}

/** Sends all, and waits for the decisions of what was sent, also where a recording is damaged. */
async function sendAll(client: ReconnectingCamera, replays: Replays, flags: StreamFlags): Promise<void> {
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
  await sayEnd(client);
  setExitCode(
    failures.map(({ error }) => error),
    replays.recordings.length,
  );
}

/** Waits for the last decisions. */
async function sayEnd(client: ReconnectingCamera): Promise<void> {
  const end = await client.end();
  const dropped = Object.entries(end.dropped)
    .map(([reason, count]) => `, ${count} ${reason}`)
    .join('');
  for (const { recording, text } of end.notes)
    process.stderr.write(printable(`note: ${recording === null ? '' : `${recording}: `}${text}`) + '\n');
  process.stderr.write(`${end.events} events, ${end.decisions} decisions${dropped}\n`);
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
      'Replays recordings, or hands on what camera software sends, to a live server and prints its decisions. Connects again where the connection is lost, and goes on where it was. Of several, one that cannot be read does not stop the others; the exit code is 4 then.',
    )
    .usage('[options] <recording...> <ws://host:port>')
    .argument(
      '<paths...>',
      'recordings, archive.zip!member, folders, archives, "patterns*", or - for standard input; then the address of the server',
    )
    .option('--rate <factor>', "1 for the recording's own speed, a multiple, or max", replayRate, 1)
    .option('--camera <name>', `name of the camera (default: ${DEFAULT_CAMERA})`)
    .option('--raw', 'send the bytes as they are and let the server decode (as fast as accepted)')
    .addOption(
      new Option('--policy <name>', 'when the server is slower')
        .choices(['pause', 'drop-oldest', 'drop-newest'])
        .default('pause'),
    )
    .option(
      '--retry <s>',
      'go on trying for so long where the connection is lost; 0: end then',
      wholeNumber(0),
      60,
    )
    .option('--token-file <file>', "secret of a server that wants one; else the environment's SACCADE_TOKEN")
    .option('--json', 'one JSON object per line');
  declareEffects(
    command,
    {
      options: ['rate'],
      without: [{ option: 'raw' }],
      because: 'bytes are sent as fast as they are accepted',
    },
    {
      options: ['rate', 'raw', ...optionsOf(addDecodingOptions, 'geometry', 'convention')],
      without: SOURCES,
      because:
        'it is for recordings; what the decoder of a source is told stands behind the ? of its address',
    },
  );
  return addSourceOptions(addBoundOptions(addDecodingOptions(command, '--sensor, --geometry <WxH>')))
    .addHelpText(
      'after',
      '\nExamples:\n  saccade stream clip.bin ws://127.0.0.1:8765 --sensor 34x34\n  saccade stream recording.aedat ws://127.0.0.1:8765 --raw\n  saccade stream recordings/ ws://127.0.0.1:8765 --rate max\n  saccade stream - ws://127.0.0.1:8765 --format csv --geometry 128x128 < events.csv\n  saccade stream --listen udp:8991/jaer ws://127.0.0.1:8765',
    )
    .action((paths: readonly string[], flags: StreamFlags) => {
      const address = paths.at(-1)!;
      if (flags.listen !== undefined || flags.connect !== undefined) {
        if (paths.length === 1) return stream([], address, flags);
        command.error('error: --listen and --connect are in place of recordings: name the server only');
      }
      if (paths.length < 2)
        command.error(`error: name recordings and the server, for example ${address} ws://127.0.0.1:8765`);
      return stream(paths.slice(0, -1), address, flags);
    });
}
