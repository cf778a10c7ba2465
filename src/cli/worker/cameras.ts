/** `saccade worker --model`: decides the windows of gateways' cameras. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import type { Command } from 'commander';
import { NatsEventBus, NatsKeyValueStore } from '../../cluster/index.ts';
import { OptionError } from '../../events/index.ts';
import { LiveWorker } from '../../live/cluster/index.ts';
import { brokerOption, openBroker, type BrokerFlags } from '../broker-options.ts';
import { addEngineOptions, openEngine, type EngineFlags } from '../engine-options.ts';
import { interruptible } from '../interruptible.ts';
import { loadModel } from '../load-model.ts';
import { wholeNumber } from '../options.ts';
import { openService } from '../serve/service.ts';
import { sha256 } from '../sha256.ts';
import type { WorkerRole } from './role.ts';

interface CamerasFlags extends BrokerFlags, EngineFlags {
  readonly model: string;
  readonly maxCameras: number;
  readonly health?: number;
  readonly json?: boolean;
}

async function run(flags: CamerasFlags): Promise<void> {
  const model = await loadModel(flags.model);
  const modelDigest = sha256(await readFile(flags.model));
  const connection = await openBroker(flags);
  try {
    const engine = await openEngine(model, flags);
    try {
      const worker = await LiveWorker.open({
        engine,
        modelDigest,
        bus: new NatsEventBus(connection),
        store: new NatsKeyValueStore(connection),
        maxCameras: flags.maxCameras,
        logger: openService().logger,
      });
      await work(worker, flags);
    } finally {
      engine.dispose();
    }
  } finally {
    await connection.close();
  }
}

async function work(worker: LiveWorker, { health, json }: CamerasFlags): Promise<void> {
  const server = health === undefined ? undefined : await answerHealth(worker, health);
  const port = (server?.address() as AddressInfo | undefined)?.port;
  const text = `Worker ${worker.id} waits for cameras${port === undefined ? '' : `, health on port ${port}`}.`;
  const line = { worker: worker.id, ...(port !== undefined && { health: port }) };
  process.stdout.write(`${json ? JSON.stringify(line) : text}\n`);
  await interruptible('Ended.', async (signal) => {
    await once(signal, 'abort');
    await worker.close();
  });
  server?.close();
}

/** `/healthz`: it runs. `/readyz`: it has a broker and its lease, and takes cameras. */
async function answerHealth(worker: LiveWorker, port: number): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const isKnown = url === '/healthz' || url === '/readyz';
    const isWell = url === '/healthz' || worker.isReady;
    response.writeHead(isKnown ? (isWell ? 200 : 503) : 404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new OptionError('--health', `cannot be used: ${cause.message}`, { cause }));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

/** See the file comment. */
export const camerasRole: WorkerRole = {
  name: 'model',
  value: '<file>',
  summary: 'run this model for the cameras of gateways, which have the same',
  addOptions: (command: Command): void => {
    addEngineOptions(command)
      .addOption(brokerOption())
      .option('--max-cameras <n>', 'most cameras that it takes', wholeNumber(1), 64)
      .option('--health <port>', 'answers /healthz and /readyz on this port of loopback', wholeNumber(0))
      .option('--json', 'one JSON object per line');
  },
  run: async (flags) => run(flags as CamerasFlags),
};
