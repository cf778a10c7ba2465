/**
 * The clients of a live server, and its pipeline for use without one. Browser-safe: no Node, and no code generation.
 */
export * from './camera-client.ts';
export * from './camera-feed.ts';
export * from './protocol/index.ts';
export * from './replay.ts';
export * from './socket.ts';
export * from './viewer-client.ts';
export * from './viewer-welcome.ts';
export type * from './work-turns.ts';
