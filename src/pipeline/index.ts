/** The one way from bytes to decisions: what a model states, applied to a recording or a camera. No RxJS. */
export * from './bounded-queue.ts';
export * from './decision-session.ts';
export * from './decision.ts';
export * from './decode-bytes.ts';
export * from './errors.ts';
export * from './fit-sensor.ts';
export * from './event-stream.ts';
export * from './frame-stream.ts';
export * from './reading.ts';
export * from './recording/index.ts';
export * from './stream-report.ts';
