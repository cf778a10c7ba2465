/** An engine that says how long its layers take. */
import type { ModelInput } from '../network/index.ts';
import type { InferenceEngine, RunOptions } from './engine.ts';

/**
 * The same engine: all its runs and sessions tell `onLayerTime` too. Costs two looks at the clock for each layer and step.
 *
 * @example
 * ```ts
 * import { createEngine, randomModel, sparseClip, timeLayers } from 'saccade';
 * const seen = new Set<string>();
 * const engine = timeLayers(await createEngine(randomModel()), (layer) => seen.add(layer));
 * await engine.runClip(sparseClip(engine.model.network, 0.2, 1));
 * console.log(seen.size > 0); // true
 * ```
 */
export function timeLayers<Input extends ModelInput>(
  engine: InferenceEngine<Input>,
  onLayerTime: NonNullable<RunOptions['onLayerTime']>,
): InferenceEngine<Input> {
  const told = (own: RunOptions['onLayerTime']): typeof onLayerTime =>
    own === undefined
      ? onLayerTime
      : (layer, millis) => {
          onLayerTime(layer, millis);
          own(layer, millis);
        };
  return {
    name: engine.name,
    model: engine.model,
    runClip: (clip, options) => engine.runClip(clip, { ...options, onLayerTime: told(options?.onLayerTime) }),
    openSession: (options) => engine.openSession({ ...options, onLayerTime: told(options?.onLayerTime) }),
    ...(engine.memory && { memory: () => engine.memory!() }),
    dispose: () => {
      engine.dispose();
    },
  };
}
