/**
 * Filters: loops that mark the events which are kept, and one that moves these to the front. What they do is stated by the
 * plain loops in src/filters, which they must equal.
 */
export { compact, listLanes } from './compact';
export { decimated, integrated } from './counting';
export { axes, polarity, table } from './moves';
export { flicker, rateLimited } from './rhythm';
export { anyNeighbour, countedNeighbours, countedUntilEnd, flagged, refractory } from './remembering';
