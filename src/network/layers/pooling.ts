/** What pools have in common: windows that tile the map, and integers that are joined in each. */
import type * as v from 'valibot';
import { NetworkError } from '../errors.ts';
import {
  statelessRunner,
  type Inputs,
  type LayerKind,
  type LayerNode,
  type LayerSpec,
  type Shape,
  type SignalInfo,
  type StepValues,
} from './layer-kind.ts';

/** Size of a window, which is also its stride. */
export type Window = readonly [height: number, width: number];

/** Shape after pooling; a ragged border is left out. @throws NetworkError `BAD_SHAPE` if no window fits. */
export function pooledShape(
  id: string,
  [height, width, channels]: Shape,
  [windowHeight, windowWidth]: Window,
): Shape {
  const shape = [Math.floor(height / windowHeight), Math.floor(width / windowWidth), channels] as const;
  if (shape[0] < 1 || shape[1] < 1) {
    throw new NetworkError(
      'BAD_SHAPE',
      id,
      `Windows of ${windowHeight}x${windowWidth} do not fit into ${height}x${width}.`,
    );
  }
  return shape;
}

/** Joins the values of each window and channel into one, starting from 0 in the array that `create` makes. */
export function joinWindows(
  { input, output }: LayerNode,
  [windowHeight, windowWidth]: Window,
  create: (length: number) => StepValues,
  join: (joined: number, value: number) => number,
): (inputs: Inputs<StepValues>) => StepValues {
  const width = input.shape[1];
  const [outHeight, outWidth, channels] = output.shape;
  return ([values]) => {
    const joined = create(outHeight * outWidth * channels);
    for (let y = 0; y < outHeight * windowHeight; y++) {
      for (let x = 0; x < outWidth * windowWidth; x++) {
        const from = (y * width + x) * channels;
        const to = (Math.floor(y / windowHeight) * outWidth + Math.floor(x / windowWidth)) * channels;
        for (let c = 0; c < channels; c++) joined[to + c] = join(joined[to + c]!, values[from + c]!);
      }
    }
    return joined;
  };
}

/** An average pool, kept in integers: windows are summed and 1 / (their size) goes into the next scale. */
export function averagePoolKind<Spec extends LayerSpec>(
  kind: Spec['kind'],
  schema: v.GenericSchema<unknown, Spec>,
  windowOf: (spec: Spec, input: SignalInfo) => Window,
): LayerKind<Spec> {
  const sizeOf = ({ spec, input }: LayerNode<Spec>): number => {
    const [height, width] = windowOf(spec, input);
    return height * width;
  };
  return {
    kind,
    spiking: false,
    arity: 1,
    schema,
    infer(spec, [input]) {
      if (input.content === 'currents' || input.content === 'logits') {
        throw new NetworkError(
          'BAD_GRAPH',
          spec.id,
          `Average pooling needs spikes or counts, not ${input.content}.`,
        );
      }
      const window = windowOf(spec, input);
      const size = window[0] * window[1];
      return {
        content: 'sums',
        shape: pooledShape(spec.id, input.shape, window),
        bound: input.bound * size,
        unit: input.unit / size,
      };
    },
    parameters: () => [],
    train(ops, node, _parameters, [{ value, scale }]) {
      const share = ops.constant(Float32Array.of(1 / sizeOf(node)), [1]);
      return { value: ops.sumPool(value, windowOf(node.spec, node.input)), scale: ops.mul(scale, share) };
    },
    fold: (node, _parameters, [{ scale, bounds }]) => ({
      tensors: {},
      scale: scale.map((real) => real / sizeOf(node)),
      bounds: bounds.map((bound) => bound * sizeOf(node)),
    }),
    evaluate: (ops, { spec, input }, [value]) => ops.sumPool(value, windowOf(spec, input)),
    tensorSpecs: () => ({}),
    createRunner: (layer) =>
      statelessRunner(
        joinWindows(
          layer,
          windowOf(layer.spec, layer.input),
          (length) => new Int32Array(length),
          (sum, value) => sum + value,
        ),
      ),
  };
}
