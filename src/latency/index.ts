/** The latency laboratory. For Node. The report's form is in REPORT.md. */
export { estimateClock, toOwnClock, type ClockEstimate } from './clock.ts';
export * from './compare.ts';
export * from './conditions.ts';
export * from './experiment.ts';
export { DelayHistogram, type DelayDistribution, type DelaySummary } from './histogram.ts';
export * from './machine.ts';
export * from './measurement.ts';
export * from './report-file.ts';
export * from './html/report-html.ts';
export { STAGE_TEXTS, STAGES } from './stages.ts';
export type * from './target.ts';
export * from './targets.ts';
