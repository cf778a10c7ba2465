/** Live classification over WebSocket: protocol, server, clients, replay. For Node; `./client` also for browsers. */
export { AccessControl, type AccessKind, type AccessToken } from './access/access.ts';
export * from './client.ts';
export { DEFAULT_LIMITS, type LiveLimits } from './limits.ts';
export type { LiveLogger } from './live-logger.ts';
export { openNodeSocket } from './clients/node-socket.ts';
export * from './server.ts';
export type { LiveServerChanges } from './server-changes.ts';
export { ServerProblems, type ServerProblem } from './server-problems.ts';
export { Turns } from './camera/turns.ts';
