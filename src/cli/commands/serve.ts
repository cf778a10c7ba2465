/** `saccade serve`. */
import process from 'node:process';
import { Command } from 'commander';
import { RECORD_LIMITS, type LiveServer, type LiveServerOptions } from '../../live/index.ts';
import { LIVE_LIMITS } from '../../live/limits.ts';
import { METRICS_LIMITS } from '../../live/metrics/index.ts';
import type { Model } from '../../network/index.ts';
import { addEngineOptions, openEngine } from '../engine-options.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { addFilterOption } from '../filter-options.ts';
import { addDecodingOptions } from '../format-options.ts';
import { addLimitOptions } from '../limit-options.ts';
import { declareEffects, optionsOf } from '../option-effects.ts';
import { positiveNumber } from '../options.ts';
import { withReplays, type Replays } from '../recordings.ts';
import { loadFilteredModel } from '../serve/filtered-model.ts';
import { openServer } from '../serve/open-server.ts';
import { Reloader } from '../serve/reloader.ts';
import { replayToSelf } from '../serve/replay-to-self.ts';
import { tlsFromFlags, type ServeFlags } from '../serve/serve-flags.ts';
import { addServerOptions } from '../serve/server-options.ts';
import { leave, openService } from '../serve/service.ts';
import { addSourceOptions } from '../source-options.ts';

async function serve(flags: ServeFlags): Promise<void> {
  const { model, modelFile: bytes } = await loadFilteredModel(flags.model, flags);
  const tls = await tlsFromFlags(flags);
  const service = openService();
  await withReplays(flags.replay ?? [], flags, async (replays) => {
    const served = { engine: await openEngine(model, flags), modelFile: bytes };
    const { server, adopt } = await openServer(served, tls, service, flags).catch((error: unknown) => {
      served.engine.dispose();
      throw error;
    });
    const { engine, modelFile } = served;
    const engines = { engine, open: (other: Model) => openEngine(other, flags), adopt };
    const reloader = new Reloader({ server, flags, modelFile, engines, ...service });
    try {
      await runServer(server, tls, replays, flags);
    } finally {
      await server.close();
      await reloader.close();
    }
  });
  await leave(service);
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

/** For the help. */
const SERVED_FILTERS =
  " and camera (default: the model's; others are refused unless none in front lets go of these)";

/** Registers `saccade serve`. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description(
      'Takes event streams over WebSocket, classifies them and publishes decisions and a dashboard. Prints the address, then a line per decision. SIGTERM ends it in good order, a second one at once; SIGHUP reads tokens, certificate and model again.',
    )
    .requiredOption('--model <file>', 'model file');
  addServerOptions(addFilterOption(addDecodingOptions(addEngineOptions(command)), SERVED_FILTERS))
    .option(
      '--replay <path...>',
      'recordings, folders or archives to stream to the server itself, through a real WebSocket',
    )
    .option('--rate <factor>', 'speed of the replay', positiveNumber, 1)
    .option('--once', 'end after one round of the replay')
    .option('--record <folder>', 'write what comes in and what is decided, for `saccade replay`');
  addSourceOptions(command);
  declareEffects(
    command,
    { options: ['rate', 'once', ...optionsOf(addDecodingOptions)], with: [{ option: 'replay' }] },
    { options: Object.keys(RECORD_LIMITS), with: [{ option: 'record' }] },
  );
  return addLimitOptions(command, 'Limits (docs/limits.md):', {
    ...LIVE_LIMITS,
    ...METRICS_LIMITS,
    ...RECORD_LIMITS,
  })
    .addHelpText(
      'after',
      '\nExamples:\n  saccade serve --model models/nmnist.safetensors --replay examples/recordings/nmnist\n  saccade serve --model model.safetensors --port 9000',
    )
    .action(serve);
}
