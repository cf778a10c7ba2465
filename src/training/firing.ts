import type { LayerFiring } from './plan.ts';

/**
 * From spikes of each channel to what they say of a layer.
 *
 * @param places positions times time steps times samples that each count is of.
 */
export function layerFiring(id: string, counts: ArrayLike<number>, places: number): LayerFiring {
  let [spikes, dead] = [0, 0];
  for (let c = 0; c < counts.length; c++) {
    spikes += counts[c]!;
    if (counts[c] === 0) dead++;
  }
  return { id, rate: spikes / (places * counts.length), dead: dead / counts.length };
}
