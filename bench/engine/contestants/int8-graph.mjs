/**
 * The int8 form of a network for onnxruntime: QLinearConv with 8-bit activations and weights, and as few operators as
 * possible. A spike is 255, so that the saturation of a convolution's output is the comparison with the threshold. Its
 * bias cannot depend on the time step: the graph is of a model whose thresholds are those of step 0 in every step, and
 * for that model it is exact.
 */
import { OnnxGraph } from '../../../dist/src/export/index.js';
import { convAttributes, convKernel, linearMatrix } from '../../../dist/src/export/onnx/weights.js';
import { tensorData, walkGraph } from '../../../dist/src/index.js';

const SPIKE = 255;
const UINT8 = 2;
const BOOL = 9;
const MICROSOFT = { name: 'com.microsoft', version: 1 };

/** The same model with the thresholds of step 0 in every step. */
export function withFirstThresholds(model) {
  const first = (tensor) => {
    const channels = tensor.shape[1];
    return { ...tensor, data: tensor.data.map((_, i) => tensor.data[i % channels]) };
  };
  const layers = model.layers.map((layer) => {
    if (layer.spec.kind !== 'mfp') return layer;
    const { threshold, eq9Threshold, offset } = layer.tensors;
    const tables = {
      threshold: first(threshold),
      eq9Threshold: first(eq9Threshold),
      offset: first(offset),
    };
    return { ...layer, tensors: { ...layer.tensors, ...tables } };
  });
  return { ...model, layers };
}

/** Whether the network has an int8 form: a plain stack, and neurons without history. */
export function hasInt8Form({ layers }) {
  return layers.every(({ spec, input }) => {
    if (spec.kind === 'mfp') return spec.structure === 'diagonal';
    if (spec.kind === 'linear') return input.content === 'sums';
    return spec.kind === 'conv' || spec.kind === 'averagePool';
  });
}

const emitters = {
  /** Gives 255 iff current >= threshold, else 0: 255 · (current - threshold) + 1, times 255, saturated to 8 bits. */
  conv({ graph, scales, layer, input, neuron }) {
    const { id, filters } = layer.spec;
    const flip = tensorData(neuron, 'flip', 'U8');
    const threshold = tensorData(neuron, 'threshold', 'I32');
    const { dims, weights } = convKernel(layer, flip);
    const worth = layer.input.content === 'spikes' ? SPIKE : 1;
    const bias = Int32Array.from(
      { length: filters },
      (_, c) => 1 - worth * (flip[c] === 1 ? -threshold[c] : threshold[c]),
    );
    const w = graph.constant(`${id}.weight`, 'int8', dims, weights);
    const b = graph.constant(`${id}.bias`, 'int32', [filters], bias);
    const { one, spike, zero, zeroWeight } = scales;
    return graph.node('QLinearConv', [input, one, zero, w, one, zeroWeight, spike, zero, b], {
      attributes: convAttributes(layer),
    });
  },
  mfp({ graph, layer, input, spikes }) {
    if (spikes) {
      const [height, width, channels] = layer.output.shape;
      const fires = graph.node('Cast', [input], { attributes: { to: BOOL } });
      const named = graph.node('Cast', [fires], { output: layer.spec.id, attributes: { to: UINT8 } });
      graph.output(named, 'uint8', [layer.context.steps, channels, height, width]);
    }
    return input;
  },
  /** Counts of spikes: the mean, in units of 255 / size². */
  averagePool({ graph, scales, layer, input }) {
    const { id, size } = layer.spec;
    const unit = graph.constant(`${id}.unit`, 'float', [], Float32Array.of(SPIKE / size ** 2));
    return graph.node('QLinearAveragePool', [input, scales.one, scales.zero, unit, scales.zero], {
      attributes: { kernel_shape: [size, size], strides: [size, size] },
      domain: MICROSOFT,
    });
  },
  linear({ graph, layer, input }) {
    const { dims, weights } = linearMatrix(layer);
    const flat = graph.node('Flatten', [input], { attributes: { axis: 1 } });
    const w = graph.constant(`${layer.spec.id}.weight`, 'int8', dims, weights);
    return graph.node('MatMulInteger', [flat, w], { output: 'logits' });
  },
};

/**
 * The bytes of the ONNX file. Input `counts`, uint8 `[T, 2, height, width]`; output `logits`, int32 `[T, classes]`, and
 * with `spikes` each neuron layer's.
 *
 * @param model one of {@link withFirstThresholds} that {@link hasInt8Form}.
 */
export function int8Graph(model, { spikes = true } = {}) {
  const { network, layers } = model;
  const { height, width } = network.input;
  const graph = new OnnxGraph(`${network.name} int8`);
  const counts = graph.input('counts', 'uint8', [network.steps, 2, height, width]);
  const scales = {
    one: graph.constant('one', 'float', [], Float32Array.of(1)),
    spike: graph.constant('spike', 'float', [], Float32Array.of(1 / SPIKE)),
    zero: graph.constant('zero', 'uint8', [], Uint8Array.of(0)),
    zeroWeight: graph.constant('zeroWeight', 'int8', [], Int8Array.of(0)),
  };
  const logits = walkGraph(layers, counts, (layer, [input], index) =>
    emitters[layer.spec.kind]({ graph, scales, layer, input, neuron: layers[index + 1], spikes }),
  );
  graph.output(logits, 'int32', [network.steps, network.classes.length]);
  return graph.toBytes();
}
