/** Gateways and workers, in this process or over a real broker. */
import { onTestFinished } from 'vitest';
import {
  LEASE_TIMES,
  MemoryEventBus,
  MemoryKeyValueStore,
  NatsConnection,
  NatsEventBus,
  NatsKeyValueStore,
  parseNatsAddress,
  type EventBus,
  type KeyValueStore,
  type LeaseTimes,
} from '../../src/cluster/index.ts';
import type { InferenceEngine } from '../../src/inference/index.ts';
import { createLiveServer, type LiveServer, type LiveServerOptions } from '../../src/live/index.ts';
import { GatewayCluster, type GatewayClusterOptions } from '../../src/live/cluster/gateway-cluster.ts';
import { LiveWorker, type LiveWorkerOptions } from '../../src/live/cluster/live-worker.ts';
import { engine as defaultEngine } from './live.ts';
import { startNats, type NatsServer } from './nats.ts';

/** What processes are connected by: each has its own. */
export interface Side {
  readonly bus: EventBus;
  readonly store: KeyValueStore;
}

/** Makes sides of one cluster. */
export type Sides = () => Promise<Side>;

/** In this process. */
export function memorySides(): { sides: Sides; bus: MemoryEventBus; store: MemoryKeyValueStore } {
  const [bus, store] = [new MemoryEventBus(), new MemoryKeyValueStore()];
  return { sides: async () => ({ bus, store }), bus, store };
}

/** Over a real server of NATS that ends with the test. */
export async function natsSides(): Promise<{ sides: Sides; server: NatsServer }> {
  const server = await startNats();
  return { sides: () => connectTo(server.url), server };
}

export async function connectTo(url: string): Promise<Side> {
  const connection = await NatsConnection.open({ address: parseNatsAddress(url, 'url'), timeoutMs: 20_000 });
  onTestFinished(() => connection.close());
  return { bus: new NatsEventBus(connection), store: new NatsKeyValueStore(connection) };
}

/** A machine that is busy must not lose its leases in tests that are not about that. */
export const PATIENT: LeaseTimes = { ttlMs: 20_000, renewMs: 300 };

export async function startWorker(
  sides: Sides,
  options: Partial<LiveWorkerOptions> = {},
): Promise<LiveWorker> {
  const side = await sides();
  const worker = await LiveWorker.open({
    ...side,
    engine: defaultEngine,
    modelDigest: 'model',
    times: PATIENT,
    drainTimeoutMs: 5000,
    ...options,
  });
  onTestFinished(() => worker.close());
  return worker;
}

export interface Gateway {
  readonly server: LiveServer;
  readonly cluster: GatewayCluster;
}

export async function startGateway(
  sides: Sides,
  options: Partial<GatewayClusterOptions> = {},
  server: Partial<LiveServerOptions> = {},
  engine: InferenceEngine = defaultEngine,
): Promise<Gateway> {
  const side = await sides();
  const cluster = await GatewayCluster.open({
    ...side,
    model: engine.model,
    modelDigest: 'model',
    times: PATIENT,
    ...options,
  });
  const running = await createLiveServer({ cluster, port: 0, ...server });
  onTestFinished(async () => {
    await running.close();
    await cluster.close();
  });
  return { server: running, cluster };
}

export { LEASE_TIMES };
