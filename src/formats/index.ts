/** Formats: one folder each, one list, detection by content. */
export * from './aedat2/index.ts';
export * from './atis40/index.ts';
export * from './byte-queue.ts';
export * from './create-decoder.ts';
export * from './create-encoder.ts';
export * from './dat/index.ts';
export * from './datagram-decoder.ts';
export * from './datagram-sequence.ts';
export * from './decode-report.ts';
export * from './detect.ts';
export * from './errors.ts';
export * from './event-format.ts';
export * from './network-forms.ts';
export * from './push-decoder.ts';
export * from './push-encoder.ts';
export * from './registry.ts';
export type { RunStatistics } from './report-builder.ts';
export * from './side-channels.ts';
