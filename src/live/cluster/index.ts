/** Gateways and workers, for the command. */
export { GatewayCluster, type GatewayClusterOptions } from './gateway-cluster.ts';
export { LiveWorker, type LiveWorkerOptions } from './live-worker.ts';
