/** `saccade.v1`: the WebSocket protocol. Browser-safe. */
export * from './camera-messages.ts';
export * from './camera-message-decoder.ts';
export * from './close-codes.ts';
export * from './display.ts';
export { FLAG, HEADER_BYTES, KIND, MAGIC, VERSION } from './envelope.ts';
export * from './errors.ts';
export { encodeEvents, EVENT_BYTES, messageEnd } from './event-batches.ts';
export * from './largest-sensor.ts';
export * from './messages.ts';
export type * from './standstill.ts';
export * from './thumbnails.ts';
export * from './viewer-messages.ts';
