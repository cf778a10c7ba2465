/** `saccade serve`. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import pino from 'pino';
import {
  CameraClient,
  createLiveServer,
  openNodeSocket,
  replayRecordings,
  type DecisionMessage,
  type LiveServer,
  type ReplayRecording,
} from '../../live/index.ts';
import { addEngineOptions, openEngine, type EngineFlags } from '../engine-options.ts';
import { loadModel } from '../load-model.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { recordingsOf } from '../recordings.ts';

interface ServeFlags extends EngineFlags {
  readonly model: string;
  readonly host: string;
  readonly port: number;
  readonly token?: string;
  readonly tlsKey?: string;
  readonly tlsCert?: string;
  readonly insecure?: boolean;
  readonly replay?: readonly string[];
  readonly rate: number;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** Between replayed recordings, so that people can follow. */
const REPLAY_PAUSE_MS = 400;

/** The built dashboard, beside the built library. */
function dashboardFolder(): string | undefined {
  const folder = path.resolve(import.meta.dirname, '../../../web');
  return existsSync(path.join(folder, 'index.html')) ? folder : undefined;
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
  return `${camera}  ${segment?.name ?? ''} window ${window}  →  ${label} ${score}  ${latencyMs.toFixed(1)} ms${mark}`;
}

/** Streams recordings to the server like a camera would, through a WebSocket of its own. */
async function replayToSelf(
  server: LiveServer,
  recordings: readonly ReplayRecording[],
  { rate, once, token }: ServeFlags,
  signal: AbortSignal,
): Promise<void> {
  const client = new CameraClient({
    url: `${server.url.replace(/^http/, 'ws')}ingest`,
    hello: { camera: 'replay', sensor: null, payload: 'events', policy: 'pause' },
    createSocket: (url, protocols) => openNodeSocket(url, protocols, token),
  });
  await client.connect();
  do {
    await replayRecordings(client, recordings, {
      rate,
      signal,
      pauseMs: REPLAY_PAUSE_MS,
    });
  } while (!once && !signal.aborted);
  await client.end();
}

async function serve(flags: ServeFlags): Promise<void> {
  const model = await loadModel(flags.model);
  const recordings = flags.replay ? await recordingsOf(flags.replay) : [];
  const staticDir = dashboardFolder();
  const tls =
    flags.tlsKey && flags.tlsCert
      ? { key: await readFile(flags.tlsKey, 'utf8'), cert: await readFile(flags.tlsCert, 'utf8') }
      : undefined;
  const engine = await openEngine(model, flags);
  const server = await createLiveServer({
    engine,
    host: flags.host,
    port: flags.port,
    modelFile: new Uint8Array(await readFile(flags.model)),
    insecure: flags.insecure ?? false,
    logger: pino({ level: process.env['LOG_LEVEL'] ?? 'warn' }, pino.destination(2)),
    ...(staticDir && { staticDir }),
    ...(flags.token && { token: flags.token }),
    ...(tls && { tls }),
  });
  const abort = new AbortController();
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(
    flags.json
      ? JSON.stringify({ url: server.url, ingest: `${server.url.replace(/^http/, 'ws')}ingest` })
      : `${staticDir ? 'Dashboard' : 'Server (dashboard not built)'}: ${server.url}\nCameras: ${server.url.replace(/^http/, 'ws')}ingest`,
  );
  server.decisions$.subscribe((decision) => {
    if (decision.final) print(flags.json ? JSON.stringify(decision) : decisionLine(decision));
  });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        abort.abort();
        resolve();
      });
    }
  });
  try {
    if (recordings.length > 0) {
      const replay = replayToSelf(server, recordings, flags, abort.signal);
      await (flags.once ? replay : Promise.race([replay, stopped]));
    } else {
      await stopped;
    }
  } finally {
    abort.abort();
    await server.close();
    engine.dispose();
  }
}

/** Registers `saccade serve`. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .summary('classify cameras live, with a dashboard')
    .description(
      'Takes event streams over WebSocket, classifies them and publishes decisions and a dashboard. Prints the address, then a line per decision.',
    )
    .requiredOption('--model <file>', 'model file');
  return addEngineOptions(command)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port, 0 for a free one', wholeNumber(0), 8765)
    .option('--token <secret>', 'what cameras must send as bearer token')
    .option('--tls-key <file>', 'private key, PEM')
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--insecure', 'allow other addresses without token and TLS')
    .option('--replay <path...>', 'recordings to stream to the server itself, through a real WebSocket')
    .option('--rate <factor>', 'speed of the replay', positiveNumber, 1)
    .option('--once', 'end after one round of the replay')
    .option('--json', 'one JSON object per line')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade serve --model models/nmnist.safetensors --replay examples/recordings/nmnist\n  saccade serve --model model.safetensors --port 9000',
    )
    .action(serve);
}
