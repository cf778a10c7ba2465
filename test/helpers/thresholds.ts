/** Models whose thresholds a test chooses. */
import { tensorData, type Model, type NamedTensor, type PackedLayer } from '../../src/network/index.ts';

/** A threshold for a layer, step and channel; `bound` is the largest current. */
export type ChooseThreshold = (channel: number, step: number, bound: number) => number;

/**
 * The same model with other thresholds in all its neuron layers, for both modes, and with every third channel flipped:
 * those fire at or below their threshold.
 */
export function withThresholds(model: Model, choose: ChooseThreshold): Model {
  const layers = model.layers.map((layer) =>
    model.neuronLayers.includes(layer.spec.id) ? withLayerThresholds(layer, choose) : layer,
  );
  return { ...model, layers };
}

function withLayerThresholds(layer: PackedLayer, choose: ChooseThreshold): PackedLayer {
  const channels = layer.output.shape[2];
  const table = tensorData(layer, 'threshold', 'I32').map((_, i) =>
    choose(i % channels, Math.floor(i / channels), layer.input.bound),
  );
  const replaced = (name: string, data: NamedTensor['data']): Record<string, NamedTensor> =>
    layer.tensors[name] === undefined ? {} : { [name]: { ...layer.tensors[name], data } as NamedTensor };
  const tensors = {
    ...layer.tensors,
    ...replaced('threshold', table),
    ...replaced('eq9Threshold', table),
    ...replaced(
      'flip',
      Uint8Array.from({ length: channels }, (_, c) => (c % 3 === 2 ? 1 : 0)),
    ),
  };
  return { ...layer, tensors };
}
