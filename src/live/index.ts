/** Live classification over WebSocket: protocol, server, clients, replay. For Node; `./client` also for browsers. */
export { AccessControl, type AccessKind, type AccessToken } from './access/access.ts';
export * from './client.ts';
export { DEFAULT_LIMITS, LIVE_LIMITS, type LiveLimitName, type LiveLimits } from './limits.ts';
export type { DescribedLimit, DescribedLimits, LimitUnit } from './described-limits.ts';
export type { LiveLogger } from './live-logger.ts';
export { openNodeSocket } from './clients/node-socket.ts';
export * from './server.ts';
export { Turns } from './camera/turns.ts';
