/**
 * The clients of a live server, and its pipeline for use without one. Browser-safe: no Node, and no code generation.
 */
export * from './clients/backoff.ts';
export * from './clients/camera-client.ts';
export { ConnectionError, retryOf, type ConnectionEnd, type Retry } from './clients/connection-error.ts';
export type * from './clients/connection-state.ts';
export * from './clients/reconnecting-camera.ts';
export type * from './clients/reconnecting-options.ts';
export * from './camera/camera-feed.ts';
export * from './protocol/index.ts';
export * from './clients/replay.ts';
export * from './clients/socket.ts';
export * from './clients/viewer-client.ts';
export * from './viewers/viewer-welcome.ts';
export type * from './camera/work-turns.ts';
