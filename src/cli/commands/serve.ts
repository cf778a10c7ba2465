/** `saccade serve`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import pino from 'pino';
import {
  createLiveServer,
  ServerProblems,
  type DecisionMessage,
  type LiveLogger,
  type LiveServer,
  type LiveServerOptions,
} from '../../live/index.ts';
import { whenOutputCloses } from '../closed-output.ts';
import { addEngineOptions, openEngine } from '../engine-options.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { addDecodingOptions } from '../format-options.ts';
import { loadModel } from '../load-model.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { ownPath } from '../own-package.ts';
import { printable } from '../printable.ts';
import { withReplays, type Replays } from '../recordings.ts';
import { LineOutput } from '../serve/line-output.ts';
import { Reloader } from '../serve/reloader.ts';
import { replayToSelf } from '../serve/replay-to-self.ts';
import { modelBytes, tlsFromFlags, tokensFromFlags, type ServeFlags } from '../serve/serve-flags.ts';

/** Output that nobody takes does not keep the process for longer. */
const FLUSH_MS = 300;

/** The built dashboard. */
function dashboardFolder(): string | undefined {
  const folder = ownPath('dist/web');
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
  return printable(
    `${camera}  ${segment?.name ?? ''} window ${window}  →  ${label} ${score}  ${latencyMs.toFixed(1)} ms${mark}`,
  );
}

/** What a running server needs: where it says what happens. */
interface Service {
  readonly problems: ServerProblems;
  readonly output: LineOutput;
  readonly logger: LiveLogger;
}

function openService(): Service {
  const problems = new ServerProblems();
  const output = new LineOutput({ name: 'stdout', fd: 1, problems });
  whenOutputCloses(() => {
    output.close();
  });
  const log = new LineOutput({ name: 'log', fd: 2, problems });
  const logger = pino(
    { level: process.env['LOG_LEVEL'] ?? 'warn' },
    { write: (line: string) => log.print(line.trimEnd()) },
  );
  return { problems, output, logger };
}

async function serve(flags: ServeFlags): Promise<void> {
  const model = await loadModel(flags.model);
  const tls = await tlsFromFlags(flags);
  const service = openService();
  await withReplays(flags.replay ?? [], async (replays) => {
    const engine = await openEngine(model, flags);
    const modelFile = await modelBytes(flags);
    const server = await openServer({ engine, modelFile, ...(tls && { tls }) }, service, flags).catch(
      (error: unknown) => {
        engine.dispose();
        throw error;
      },
    );
    const reloader = new Reloader({ server, flags, engine, modelFile, ...service });
    try {
      await runServer(server, tls, replays, flags);
    } finally {
      await server.close();
      await reloader.close();
    }
  });
  await leave(service.output);
}

/** A reader of standard output that does not read must not keep the process. */
async function leave(output: LineOutput): Promise<void> {
  const until = performance.now() + FLUSH_MS;
  while (!output.isFlushed && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 10));
  if (!output.isFlushed) process.exit();
}

async function openServer(
  options: Pick<LiveServerOptions, 'engine' | 'modelFile' | 'tls'>,
  { output, problems, logger }: Service,
  flags: ServeFlags,
): Promise<LiveServer> {
  const staticDir = dashboardFolder();
  const tokens = await tokensFromFlags(flags);
  const server = await createLiveServer({
    ...options,
    host: flags.host,
    port: flags.port,
    insecure: flags.insecure ?? false,
    logger,
    problems,
    ...(staticDir && { staticDir }),
    ...(tokens.length > 0 && { tokens }),
    ...(flags.allowHost && { hosts: flags.allowHost }),
  });
  const ingest = `${server.url.replace(/^http/, 'ws')}ingest`;
  output.print(
    flags.json
      ? JSON.stringify({ url: server.url, ingest })
      : `${staticDir ? 'Dashboard' : 'Server (dashboard not built)'}: ${server.url}\nCameras: ${ingest}`,
  );
  server.decisions$.subscribe((decision) => {
    if (decision.final) output.print(flags.json ? JSON.stringify(decision) : decisionLine(decision));
  });
  return server;
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
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        // Asked twice: it ends at once.
        if (abort.signal.aborted) process.exit(EXIT_CODES.interrupted);
        abort.abort();
        resolve();
      });
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
      'Takes event streams over WebSocket, classifies them and publishes decisions and a dashboard. Prints the address, then a line per decision. SIGTERM ends it in good order, a second one at once; SIGHUP reads tokens, certificate and model again.',
    )
    .requiredOption('--model <file>', 'model file');
  return addDecodingOptions(addEngineOptions(command))
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
    .option(
      '--replay <path...>',
      'recordings, folders or archives to stream to the server itself, through a real WebSocket',
    )
    .option('--rate <factor>', 'speed of the replay', positiveNumber, 1)
    .option('--once', 'end after one round of the replay')
    .option('--json', 'one JSON object per line')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade serve --model models/nmnist.safetensors --replay examples/recordings/nmnist\n  saccade serve --model model.safetensors --port 9000',
    )
    .action(serve);
}
