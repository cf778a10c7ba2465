/** A model as an ONNX file that any runtime can check: same spikes, same logits. */
import type { OwnedBytes } from '../../events/index.ts';
import {
  layerKindOf,
  readersOf,
  ruleName,
  walkGraph,
  type AnyModel,
  type NeuronMode,
  type PackedLayer,
} from '../../network/index.ts';
import { ExportError } from '../errors.ts';
import { OnnxGraph } from './graph.ts';
import { emitters, type Edge } from './layers.ts';

/** All have defaults. */
export interface OnnxExportOptions {
  /**
   * How the neurons decide. `exact` (default) is Eq. 7: T currents mixed by M in integers, then the threshold of
   * each step and channel; a diagonal M needs no mixing. `eq9` is the paper's literal Eq. 9. Resetting LIF neurons
   * are unrolled over the steps in both.
   */
  readonly mode?: NeuronMode;
  /** Whether every neuron layer's spikes are outputs of the graph as well. Default `true`. */
  readonly spikes?: boolean;
}

/**
 * The bytes of an ONNX file (operator set 13) of the same network.
 *
 * Input `counts`, float32 `[T, 2, height, width]`: the counts of one clip, a time step in the place of a batch
 * element. Output `logits`, float32 `[T, classes]`; the decision is the largest of their sum over T. With `spikes`,
 * an output named as each neuron layer, float32 `[T, channels, height, width]`, 0 or 1. All values are integers
 * below 2^24, so a runtime that sums products in float32, in any order, gives the oracle's numbers bit for bit.
 *
 * @throws {@link ExportError} `UNSUPPORTED_LAYER`, or `TOO_LARGE` beyond 2 GiB.
 *
 * @example
 * ```ts
 * import { randomModel } from 'saccade';
 * import { exportOnnx } from 'saccade/export';
 * const file = exportOnnx(randomModel({ structure: 'rank1' }), { mode: 'exact' });
 * console.log(file.length > 1000); // true
 * ```
 */
export function exportOnnx(
  model: AnyModel,
  { mode = 'exact', spikes = true }: OnnxExportOptions = {},
): OwnedBytes {
  const { network, layers } = model;
  const { height, width, channels, maxCount } = network.input;
  const graph = new OnnxGraph(network.name);
  const counts = graph.input('counts', 'float', [network.steps, channels, height, width]);
  const limit = graph.constant('input.maxCount', 'float', [1], Float32Array.of(maxCount));
  const input: Edge = { name: graph.node('Min', [counts, limit]), factor: 1 };
  const readers = readersOf(layers);
  const logits = walkGraph(layers, input, (layer, inputs) => {
    const emit = emitters[layer.spec.kind];
    if (emit === undefined) {
      throw new ExportError(
        'UNSUPPORTED_LAYER',
        layer.spec.id,
        `A layer of kind ${layer.spec.kind} has no ONNX form.`,
      );
    }
    const edge = emit({ graph, mode, layer, inputs, neuron: onlyNeuron(readers.get(layer.spec.id)) });
    if (layerKindOf(layer.spec).spiking && spikes) {
      const [outHeight, outWidth, filters] = layer.output.shape;
      graph.output(edge.name, 'float', [network.steps, filters, outHeight, outWidth]);
    }
    return edge;
  });
  graph.output(graph.node('Identity', [logits.name], { output: 'logits' }), 'float', [
    network.steps,
    network.classes.length,
  ]);
  return graph.toBytes({
    doc: `${network.name}, ${network.steps} time steps, ${ruleName(model, mode)}`,
    metadata: { mode, network: JSON.stringify(network), input: JSON.stringify(model.input) },
  });
}

function onlyNeuron(readers: readonly PackedLayer[] = []): PackedLayer | undefined {
  return readers.length === 1 && readers[0]!.spec.kind === 'mfp' ? readers[0] : undefined;
}
