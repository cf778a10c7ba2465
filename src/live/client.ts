/** The clients of a live server. Browser-safe: no Node, and no code generation. */
export * from './camera-client.ts';
export * from './protocol/index.ts';
export * from './socket.ts';
export * from './viewer-client.ts';
