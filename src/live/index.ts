/** Live classification over WebSocket: protocol, server, clients, replay. For Node; `./client` also for browsers. */
export { AccessControl, type AccessKind, type AccessToken } from './access.ts';
export * from './client.ts';
export { DEFAULT_LIMITS, type LiveLimits } from './limits.ts';
export { openNodeSocket } from './node-socket.ts';
export * from './server.ts';
export { Turns } from './turns.ts';
