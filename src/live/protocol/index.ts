/** `saccade.v1`: the WebSocket protocol. Browser-safe. */
export * from './binary.ts';
export * from './close-codes.ts';
export * from './errors.ts';
export * from './messages.ts';
