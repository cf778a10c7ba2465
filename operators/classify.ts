/** The reactive graph: frames in, decisions out, and every layer's output there to be tapped. */
import { Observable, Subject, concatMap, type OperatorFunction } from 'rxjs';
import type { StepFrame } from '../src/frames/index.ts';
import type { InferenceEngine, InferenceMode, LayerActivity, LayerTaps } from '../src/inference/index.ts';
import { DecisionSession, type Decision } from '../src/pipeline/index.ts';

/** A classifier as a graph with one node per layer. */
export interface ClassifierGraph {
  /** Ids of the layers in order: the names of the nodes. */
  readonly layers: readonly string[];
  /**
   * A layer's output in every step, hot: what ran before the subscription is gone. The values are the
   * engine's own memory, to be read at once. Costs nothing while nobody is subscribed.
   */
  node(layer: string): Observable<LayerActivity>;
  /** The operator. Each subscription is a stream of its own, with its own state. */
  classify(): OperatorFunction<StepFrame, Decision>;
}

/**
 * Builds the reactive graph of a model. A decision leaves after every time step, as early as it can be
 * made, and a final one with the last step of each window.
 *
 * Steps of one stream run one after the other. The engine is asynchronous, so put `boundedBuffer` in front
 * of a live source: this operator queues what arrives while a step runs.
 *
 * @param engine any engine; it is not disposed.
 * @param options `mode` exact (default) or the paper's literal eq9.
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { batchFromTuples, createEngine, randomModel } from 'saccade';
 * import { createClassifierGraph, sliceByDuration, toFrames } from 'saccade/operators';
 *
 * const sensor = { width: 8, height: 8 };
 * const engine = await createEngine(randomModel({ steps: 2, ...sensor }));
 * const graph = createClassifierGraph(engine);
 * graph.node('mfp1').subscribe(({ step, values }) => console.log(step, values.length));
 *
 * const events = batchFromTuples([[0, 1, 1, 1], [1500, 2, 2, 0], [2500, 3, 3, 1]], sensor);
 * const decision = await lastValueFrom(
 *   from([events]).pipe(sliceByDuration({ stepMicros: 1000, steps: 2 }), toFrames({ sensor }), graph.classify()),
 * );
 * console.log(decision.final, decision.label);
 * ```
 */
export function createClassifierGraph(
  engine: InferenceEngine,
  { mode = 'exact' }: { readonly mode?: InferenceMode } = {},
): ClassifierGraph {
  const nodes = new Map(engine.model.layers.map(({ spec }) => [spec.id, new Subject<LayerActivity>()]));
  const taps = (): LayerTaps => {
    const observed = [...nodes].filter(([, node]) => node.observed);
    return new Map(observed.map(([layer, node]) => [layer, (activity) => node.next(activity)]));
  };
  return {
    layers: [...nodes.keys()],
    node(layer) {
      const node = nodes.get(layer);
      if (node !== undefined) return node.asObservable();
      throw new RangeError(`The model has no layer "${layer}"; it has ${[...nodes.keys()].join(', ')}.`);
    },
    classify: () => (frames) =>
      new Observable<Decision>((subscriber) => {
        const session = new DecisionSession(engine, { mode, taps });
        subscriber.add(() => {
          session.dispose();
        });
        return frames.pipe(concatMap((frame) => session.step(frame))).subscribe(subscriber);
      }),
  };
}
