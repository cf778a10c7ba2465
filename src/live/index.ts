/** Live classification over WebSocket: protocol, server, clients, replay. For Node; `./client` also for browsers. */
export { GatewayCluster, type GatewayClusterOptions } from './cluster/gateway-cluster.ts';
export { LiveWorker, type LiveWorkerOptions } from './cluster/live-worker.ts';
export { AccessControl, type AccessKind, type AccessToken } from './access/access.ts';
export * from './client.ts';
export { DEFAULT_LIMITS, LIVE_LIMITS, type LiveLimitName, type LiveLimits } from './limits.ts';
export type { DescribedLimit, DescribedLimits, LimitUnit } from './described-limits.ts';
export type { LiveExtension, LiveServerView } from './extension.ts';
export type { Feed, FeedHost, FeedOptions } from './camera/feed-host.ts';
export type { LiveCamera } from './camera/live-camera.ts';
export { PassingFeed } from './camera/passing-feed.ts';
export type { HttpRoute } from './http/routes.ts';
export type { LiveLogger } from './live-logger.ts';
export { openNodeSocket } from './clients/node-socket.ts';
export * from './server.ts';
export { Turns } from './camera/turns.ts';
