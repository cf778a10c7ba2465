/** Maps of a plan in memory, a slot per time step. */
import { WORD_BYTES, wordsFor } from './channel-order.ts';
import type { MapPlan } from './plan.ts';

/** A map in memory. */
export interface MapPlace {
  readonly plan: MapPlan;
  readonly address: number;
  readonly stepBytes: number;
  /** 128-bit words of spikes, or 16-bit values (an even number), of a pixel. */
  readonly perPixel: number;
}

/** Places a map with so many slots. */
export function placeMap(plan: MapPlan, slots: number, allocate: (bytes: number) => number): MapPlace {
  const [height, width, channels] = plan.shape;
  const spikes = plan.content === 'spikes';
  const perPixel = spikes ? wordsFor(channels) : 2 * Math.ceil(channels / 2);
  const stepBytes = height * width * perPixel * (spikes ? WORD_BYTES : 2);
  return { plan, address: allocate(stepBytes * slots), stepBytes, perPixel };
}
