/** Metrics of a live server for Prometheus. */
export * from './live-metrics.ts';
export { METRICS_LIMITS, type MetricsLimitName, type MetricsLimits } from './metrics-limits.ts';
