/** `saccade gateway`. */
import { once } from 'node:events';
import { Command } from 'commander';
import { NatsEventBus, NatsKeyValueStore } from '../../cluster/index.ts';
import { GatewayCluster } from '../../live/cluster/index.ts';
import { LIVE_LIMITS } from '../../live/limits.ts';
import { brokerOption, openBroker, type BrokerFlags } from '../broker-options.ts';
import { interruptible } from '../interruptible.ts';
import { METRICS_LIMITS } from '../../live/metrics/index.ts';
import { addLimitOptions, limitsFromFlags } from '../limit-options.ts';
import { addNatsOptions } from '../nats-options.ts';
import { loadFilteredModel } from '../serve/filtered-model.ts';
import { openServer } from '../serve/open-server.ts';
import { Reloader } from '../serve/reloader.ts';
import { tlsFromFlags, type ServerFlags } from '../serve/serve-flags.ts';
import { addServerOptions } from '../serve/server-options.ts';
import { leave, openService } from '../serve/service.ts';
import { sha256 } from '../sha256.ts';

interface GatewayFlags extends ServerFlags, BrokerFlags {}

async function gateway(flags: GatewayFlags): Promise<void> {
  const { model, modelFile } = await loadFilteredModel(flags.model, {});
  const tls = await tlsFromFlags(flags);
  const service = openService();
  const connection = await openBroker(flags);
  try {
    const cluster = await GatewayCluster.open({
      model,
      modelDigest: sha256(modelFile),
      bus: new NatsEventBus(connection),
      store: new NatsKeyValueStore(connection),
      logger: service.logger,
      ...limitsFromFlags({ takeoverMs: LIVE_LIMITS.takeoverMs }, flags),
    });
    try {
      const { server } = await openServer({ engine: cluster, modelFile }, tls, service, flags);
      const reloader = new Reloader({ server, flags, modelFile, ...service });
      try {
        await interruptible('Ended.', async (signal) => {
          await once(signal, 'abort');
          await server.close();
        });
      } finally {
        await reloader.close();
      }
    } finally {
      await cluster.close();
    }
  } finally {
    await connection.close();
  }
  await leave(service);
}

/** Registers `saccade gateway`. */
export function gatewayCommand(): Command {
  const command = new Command('gateway')
    .description(
      'As serve, but the workers of a cluster decide. SIGHUP reads tokens and certificate again; another model wants other workers and another gateway. Cameras and dashboards may connect to any gateway; a dashboard shows the cameras of all.',
    )
    .requiredOption('--model <file>', 'model file, the same as the workers have')
    .addOption(brokerOption());
  addServerOptions(addNatsOptions(command));
  return addLimitOptions(command, 'Limits (docs/limits.md):', { ...LIVE_LIMITS, ...METRICS_LIMITS })
    .addHelpText(
      'after',
      '\nExample, each in a terminal of its own:\n  nats-server -js\n  saccade worker --model models/nmnist.safetensors\n  saccade gateway --model models/nmnist.safetensors',
    )
    .action(gateway);
}
