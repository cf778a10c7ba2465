/** What a result was measured on, and how measured values are summed up: the library's own. */
export { describeMachine as machine } from '../dist/src/latency/index.js';
export { summarise as summary } from '../dist/src/index.js';
