/** Everything that an engine puts out for a clip, to be compared with another's. */
import { SaccadeError } from '../../events/index.ts';
import type { FrameClip } from '../../frames/index.ts';
import type { InferenceEngine, InferenceMode, LayerActivity } from '../../inference/index.ts';

/** Integers only, so equal means equal. */
export interface ClipRecord {
  /** Spikes of each neuron layer, `[steps, height, width, channels]`. */
  readonly spikes: ReadonlyMap<string, ArrayLike<number>>;
  /** `[steps, classes]`. */
  readonly logits: ArrayLike<number>;
}

/** Runs a clip and keeps all spikes and logits. */
export async function recordClip(
  engine: InferenceEngine,
  clip: FrameClip,
  mode: InferenceMode = 'exact',
): Promise<ClipRecord> {
  const spikes = new Map<string, Uint8Array>();
  const keep = ({ layer, step, values }: LayerActivity): void => {
    if (!spikes.has(layer)) spikes.set(layer, new Uint8Array(clip.steps * values.length));
    spikes.get(layer)!.set(values, step * values.length);
  };
  const { steps } = await engine.runClip(clip, {
    mode,
    taps: new Map(engine.model.neuronLayers.map((layer) => [layer, keep])),
  });
  return { spikes, logits: steps.flatMap(({ logits }) => Array.from(logits)) };
}

/** Share of firing neurons over all layers and steps. */
export function firingRate({ spikes }: ClipRecord): number {
  let neurons = 0;
  let fired = 0;
  for (const values of spikes.values()) {
    neurons += values.length;
    for (let i = 0; i < values.length; i++) fired += values[i]!;
  }
  return fired / neurons;
}

/**
 * Checks that a contestant computed the very same spikes and logits.
 *
 * @param found may leave out spikes that the contestant does not give.
 * @throws SaccadeError `ENGINES_DIFFER` with the first difference.
 */
export function requireEqual(name: string, expected: ClipRecord, found: ClipRecord): void {
  for (const [layer, values] of found.spikes) compare(name, layer, expected.spikes.get(layer) ?? [], values);
  compare(name, 'logits', expected.logits, found.logits);
}

function compare(name: string, what: string, expected: ArrayLike<number>, found: ArrayLike<number>): void {
  const length = Math.max(expected.length, found.length);
  for (let i = 0; i < length; i++) {
    if (expected[i] === found[i]) continue;
    throw new SaccadeError(
      'ENGINES_DIFFER',
      `${name} differs at ${what}[${i}]: ${found[i]} instead of ${expected[i]}. Its times mean nothing.`,
    );
  }
}
