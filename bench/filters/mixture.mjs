/** Recordings with noise that is known: which event is whose. */
import { FilterChain, concatBatches, filterSpec } from '../../dist/src/index.js';

/** All events that filters leave. */
export function filtered(batch, filters) {
  const chain = new FilterChain(filters);
  const left = [...chain.push(batch), ...chain.finish()];
  return left.length === 0 ? { ...batch, length: 0 } : concatBatches(left);
}

function same(a, i, b, j) {
  return a.t[i] === b.t[j] && a.x[i] === b.x[j] && a.y[i] === b.y[j] && a.p[i] === b.p[j];
}

/**
 * For each event of `all`, whether it is in `part`, whose events are some of it in the same order. Of equal events one
 * behind the other the first are taken: nobody could tell them apart.
 */
export function membership(all, part) {
  const inPart = new Uint8Array(all.length);
  let next = 0;
  for (let i = 0; i < all.length && next < part.length; i++) {
    if (!same(all, i, part, next)) continue;
    inPart[i] = 1;
    next++;
  }
  if (next < part.length)
    throw new Error(`${part.length - next} events are not in the recording they come from.`);
  return inPart;
}

/** A recording with noise at so many events a pixel and second, and whether each event is the recording's. */
export function mixture(recording, rateHz, seed) {
  const events = filtered(recording, [filterSpec({ filter: 'noise', rateHz, seed })]);
  return { events, isSignal: membership(events, recording) };
}

/** How many events of the recording and of the noise a filter keeps. */
export function keptOf({ events, isSignal }, filter) {
  const keeps = membership(events, filtered(events, [filter]));
  let signal = 0;
  let noise = 0;
  for (let i = 0; i < keeps.length; i++) {
    if (isSignal[i]) signal += keeps[i];
    else noise += keeps[i];
  }
  return { signal, noise };
}
