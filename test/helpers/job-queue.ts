/** Queues of jobs on a real server. */
import { onTestFinished } from 'vitest';
import {
  NatsConnection,
  NatsJobQueue,
  parseNatsAddress,
  type NatsJobQueueOptions,
} from '../../src/cluster/index.ts';
import type { NatsServer } from './nats.ts';

/** Connects, until the test ends. */
export async function openConnection({ url }: Pick<NatsServer, 'url'>): Promise<NatsConnection> {
  const connection = await NatsConnection.open({ address: parseNatsAddress(url, '--queue') });
  onTestFinished(() => connection.close());
  return connection;
}

/** Opens a queue by a connection of its own. */
export async function openNatsQueue(
  server: Pick<NatsServer, 'url'>,
  options: NatsJobQueueOptions = {},
): Promise<NatsJobQueue> {
  return NatsJobQueue.open(await openConnection(server), options);
}
