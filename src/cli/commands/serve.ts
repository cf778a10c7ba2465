/** `saccade serve`. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { createSecureContext } from 'node:tls';
import { Command } from 'commander';
import pino from 'pino';
import { OptionError } from '../../events/index.ts';
import { timeLayers, type InferenceEngine } from '../../inference/index.ts';
import {
  CameraClient,
  createLiveServer,
  GatewayCluster,
  openNodeSocket,
  type DecisionMessage,
  type LiveLogger,
  type LiveServer,
  type LiveServerOptions,
  type ReplayRecording,
} from '../../live/index.ts';
import { serverTokens } from '../access-options.ts';
import { addEngineOptions, openEngine, type EngineFlags } from '../engine-options.ts';
import { addDecodingOptions, decodingFromFlags, type FormatFlags } from '../format-options.ts';
import { setExitCode } from '../inputs.ts';
import { loadModel } from '../load-model.ts';
import { LIVE_LIMITS } from '../../live/limits.ts';
import { LiveMetrics, METRICS_LIMITS } from '../../live/metrics/index.ts';
import { addLimitOptions, limitsFromFlags } from '../limit-options.ts';
import { readOptionFile } from '../option-file.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { ownPath } from '../own-package.ts';
import { printable } from '../printable.ts';
import { withReplays, type Replays } from '../recordings.ts';
import { replayEvents, sendReplays, type ReplayFailure } from '../replays.ts';

/** What all servers are told: `serve`, `gateway`. */
export interface ServerFlags {
  readonly model: string;
  readonly host: string;
  readonly port: number;
  readonly tokens?: string;
  readonly allowHost?: readonly string[];
  readonly tlsKey?: string;
  readonly tlsCert?: string;
  readonly insecure?: boolean;
  readonly json?: boolean;
}

interface ServeFlags extends ServerFlags, EngineFlags, FormatFlags {
  readonly replay?: readonly string[];
  readonly rate: number;
  readonly once?: boolean;
}

/** With which the server replays to itself. */
const OWN_TOKEN = { name: 'replay', secret: randomUUID(), cameras: ['replay'] };
/** Between replayed recordings, so that people can follow. */
const REPLAY_PAUSE_MS = 400;

/** The built dashboard. */
function dashboardFolder(): string | undefined {
  const folder = ownPath('dist/web');
  return existsSync(path.join(folder, 'index.html')) ? folder : undefined;
}

/** Names a model by the bytes of its file. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function decisionLine({
  camera,
  segment,
  label,
  classIndex,
  scores,
  latencyMs,
  window,
}: DecisionMessage): string {
  const truth = segment?.label;
  const mark =
    truth === undefined || truth === null ? '' : truth === label ? '  right' : `  wrong, is ${truth}`;
  const score = `${(100 * scores[classIndex]!).toFixed(1)} %`.padStart(7);
  return printable(
    `${camera}  ${segment?.name ?? ''} window ${window}  →  ${label} ${score}  ${latencyMs.toFixed(1)} ms${mark}`,
  );
}

/**
 * Streams recordings to the server like a camera would, through a WebSocket of its own. One that fails is named and left
 * out of the next rounds.
 *
 * @throws what the last recording failed with where none is left.
 */
async function replayToSelf(
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

/** @throws OptionError for one without the other, and for what is no key or certificate. */
export async function tlsFromFlags({ tlsKey, tlsCert }: ServerFlags): Promise<LiveServerOptions['tls']> {
  if (tlsKey === undefined && tlsCert === undefined) return undefined;
  if (tlsKey === undefined) throw new OptionError('--tls-key', 'is needed with --tls-cert');
  if (tlsCert === undefined) throw new OptionError('--tls-cert', 'is needed with --tls-key');
  const tls = {
    key: await readOptionFile('--tls-key', tlsKey),
    cert: await readOptionFile('--tls-cert', tlsCert),
  };
  try {
    createSecureContext(tls);
  } catch (cause) {
    const problem = `and --tls-key are no certificate and its key (${tlsCert}, ${tlsKey}): ${(cause as Error).message}`;
    throw new OptionError('--tls-cert', problem, { cause });
  }
  return tls;
}

async function serve(flags: ServeFlags): Promise<void> {
  const model = await loadModel(flags.model);
  const tls = await tlsFromFlags(flags);
  await withReplays(flags.replay ?? [], async (replays) => {
    const engine = await openEngine(model, flags);
    try {
      const server = await openServer(engine, tls, flags);
      try {
        await runServer(server, tls, replays, flags);
      } finally {
        await server.close();
      }
    } finally {
      engine.dispose();
    }
  });
}

/**
 * Starts a server and says where it is, then its decisions.
 *
 * @param decider what decides: an engine of this process, or workers of a cluster.
 */
export async function openServer(
  decider: InferenceEngine | GatewayCluster,
  tls: LiveServerOptions['tls'],
  flags: ServerFlags,
): Promise<LiveServer> {
  const staticDir = dashboardFolder();
  const tokens = await serverTokens(flags.tokens);
  const modelFile = new Uint8Array(await readFile(flags.model));
  const metrics = new LiveMetrics({
    limits: limitsFromFlags(METRICS_LIMITS, flags),
    model: { name: decider.model.network.name, digest: digestOf(modelFile), engine: decider.name },
  });
  const server = await createLiveServer({
    ...(decider instanceof GatewayCluster
      ? { cluster: decider }
      : { engine: timeLayers(decider, metrics.onLayerTime) }),
    extensions: [metrics],
    host: flags.host,
    port: flags.port,
    modelFile,
    insecure: flags.insecure ?? false,
    limits: limitsFromFlags(LIVE_LIMITS, flags),
    logger: stderrLogger(),
    ...(staticDir && { staticDir }),
    ...(tokens.length > 0 && { tokens: [...tokens, OWN_TOKEN] }),
    ...(flags.allowHost && { hosts: flags.allowHost }),
    ...(tls && { tls }),
  });
  const ingest = `${server.url.replace(/^http/, 'ws')}ingest`;
  print(
    flags.json
      ? JSON.stringify({ url: server.url, ingest })
      : `${staticDir ? 'Dashboard' : 'Server (dashboard not built)'}: ${server.url}\nCameras: ${ingest}`,
  );
  server.decisions$.subscribe((decision) => {
    if (decision.final) print(flags.json ? JSON.stringify(decision) : decisionLine(decision));
  });
  return server;
}

/** Says what happens on stderr. */
export function stderrLogger(): LiveLogger {
  return pino(
    { level: process.env['LOG_LEVEL'] ?? 'warn', serializers: { error: pino.stdSerializers.err } },
    pino.destination(2),
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Until the replay is over with `--once`, else until somebody ends it. */
async function runServer(
  server: LiveServer,
  tls: LiveServerOptions['tls'],
  replays: Replays,
  flags: ServeFlags,
): Promise<void> {
  const abort = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        abort.abort();
        resolve();
      });
    }
  });
  try {
    if (replays.recordings.length === 0) {
      await stopped;
      return;
    }
    const replay = replayToSelf(server, tls, replays, flags, abort.signal);
    await (flags.once ? replay : Promise.race([replay, stopped]));
  } finally {
    abort.abort();
  }
}

/** Registers `saccade serve`. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description(
      'Takes event streams over WebSocket, classifies them and publishes decisions and a dashboard. Prints the address, then a line per decision.',
    )
    .requiredOption('--model <file>', 'model file');
  return addServerOptions(addDecodingOptions(addEngineOptions(command)))
    .option(
      '--replay <path...>',
      'recordings, folders or archives to stream to the server itself, through a real WebSocket',
    )
    .option('--rate <factor>', 'speed of the replay', positiveNumber, 1)
    .option('--once', 'end after one round of the replay')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade serve --model models/nmnist.safetensors --replay examples/recordings/nmnist\n  saccade serve --model model.safetensors --port 9000',
    )
    .action(serve);
}

/** Adds what {@link ServerFlags} holds, and limits. */
export function addServerOptions(command: Command): Command {
  command
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port, 0 for a free one', wholeNumber(0), 8765)
    .option(
      '--tokens <file>',
      'who may stream and watch: {"tokens": [{"name": "lab", "secret": "…", "cameras": ["lab-*"], "view": true}]}; the environment\'s SACCADE_TOKEN opens all',
    )
    .option('--allow-host <name...>', 'names under which it may be asked for, beside addresses and localhost')
    .option('--tls-key <file>', 'private key, PEM')
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--insecure', 'allow other addresses without tokens and TLS')
    .option('--json', 'one JSON object per line');
  return addLimitOptions(command, 'Limits (docs/limits.md):', { ...LIVE_LIMITS, ...METRICS_LIMITS });
}
