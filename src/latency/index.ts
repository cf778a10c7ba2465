/** The latency experiment. For Node. */
export * from './experiment.ts';
export * from './measurement.ts';
export * from './report-html.ts';
export * from './targets.ts';
