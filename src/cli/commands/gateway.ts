/** `saccade gateway`. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { NatsEventBus, NatsKeyValueStore } from '../../cluster/index.ts';
import { GatewayCluster } from '../../live/index.ts';
import { LIVE_LIMITS } from '../../live/limits.ts';
import { brokerOption, openBroker, type BrokerFlags } from '../broker-options.ts';
import { interruptible } from '../interruptible.ts';
import { limitsFromFlags } from '../limit-options.ts';
import { loadModel } from '../load-model.ts';
import { addNatsOptions } from '../nats-options.ts';
import {
  addServerOptions,
  digestOf,
  openServer,
  stderrLogger,
  tlsFromFlags,
  type ServerFlags,
} from './serve.ts';

interface GatewayFlags extends ServerFlags, BrokerFlags {}

async function gateway(flags: GatewayFlags): Promise<void> {
  const model = await loadModel(flags.model);
  const modelDigest = digestOf(await readFile(flags.model));
  const tls = await tlsFromFlags(flags);
  const connection = await openBroker(flags);
  try {
    const cluster = await GatewayCluster.open({
      model,
      modelDigest,
      bus: new NatsEventBus(connection),
      store: new NatsKeyValueStore(connection),
      logger: stderrLogger(),
      ...limitsFromFlags({ takeoverMs: LIVE_LIMITS.takeoverMs }, flags),
    });
    try {
      const server = await openServer(cluster, tls, flags);
      await interruptible('Ended.', async (signal) => {
        await once(signal, 'abort');
        await server.close();
      });
    } finally {
      await cluster.close();
    }
  } finally {
    await connection.close();
  }
}

/** Registers `saccade gateway`. */
export function gatewayCommand(): Command {
  const command = new Command('gateway')
    .description(
      'As serve, but the workers of a cluster decide. Cameras and dashboards may connect to any gateway; a dashboard shows the cameras of all.',
    )
    .requiredOption('--model <file>', 'model file, the same as the workers have')
    .addOption(brokerOption());
  return addServerOptions(addNatsOptions(command))
    .addHelpText(
      'after',
      '\nExample, each in a terminal of its own:\n  nats-server -js\n  saccade worker --model models/nmnist.safetensors\n  saccade gateway --model models/nmnist.safetensors',
    )
    .action(gateway);
}
