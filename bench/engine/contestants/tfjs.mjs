/** TensorFlow.js on its WebAssembly backend, float32: weights stay in its memory, layers are its own operators. */
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { meanTime, requireEqualOn } from '../../../dist/src/cli/bench/workload.js';
import { convWeights, tensorData, toNetworkInput, walkGraph } from '../../../dist/src/index.js';
import { selectBackend, tf } from '../../../dist/src/training/index.js';

const NAME = 'tfjs wasm fp32';

/** The comparison of a flipped channel is turned round by negating its weights. */
function flipped(values, flip) {
  return Float32Array.from(values, (value, i) => (flip[i % flip.length] === 1 ? -value : value));
}

/**
 * Each kind of layer: what it keeps in the backend's memory, and how it runs. Time steps are the batch. `factor` is what
 * the input has to be multiplied by to be the integer that it stands for; the weights do that.
 */
const kinds = {
  conv: {
    constants({ layer, neuron, factor }) {
      const { kernel, filters } = layer.spec;
      const codes = flipped(convWeights(layer), tensorData(neuron, 'flip', 'U8'));
      const weights = codes.map((code) => code * factor);
      return { weights: tf.tensor(weights, [kernel, kernel, layer.input.shape[2], filters]) };
    },
    run: ({ spec }, { weights }, x) => tf.conv2d(x, weights, spec.stride, spec.padding),
  },
  mfp: {
    constants({ layer }) {
      const { steps } = layer.context;
      const flip = tensorData(layer, 'flip', 'U8');
      const threshold = flipped(tensorData(layer, 'threshold', 'I32'), flip);
      const mixing = Float32Array.from(tensorData(layer, 'mixing', 'I32'));
      return {
        threshold: tf.tensor(threshold, [steps, 1, 1, flip.length]),
        ...(layer.spec.structure !== 'diagonal' && { mixing: tf.tensor(mixing, [steps, steps]) }),
      };
    },
    run({ context: { steps } }, { threshold, mixing }, x) {
      const mixed = mixing ? tf.reshape(tf.matMul(mixing, tf.reshape(x, [steps, -1])), x.shape) : x;
      return tf.cast(tf.greaterEqual(mixed, threshold), 'float32');
    },
  },
  averagePool: {
    constants: () => ({}),
    factor: ({ spec }, factor) => factor * spec.size ** 2,
    run: ({ spec }, _, x) => tf.avgPool(x, spec.size, spec.size, 'valid'),
  },
  linear: {
    constants({ layer, factor }) {
      const codes = Float32Array.from(tensorData(layer, 'weight', 'I8'), (code) => code * factor);
      return { weights: tf.tensor(codes, layer.tensors.weight.shape) };
    },
    run: ({ context }, { weights }, x) => tf.matMul(tf.reshape(x, [context.steps, -1]), weights),
  },
};

/** Whether all layers have a form here. */
export function hasTfjsForm({ layers }) {
  return layers.every(
    ({ spec }) =>
      spec.kind in kinds && (spec.kind !== 'averagePool' || Number.isInteger(Math.log2(spec.size))),
  );
}

function inputOf({ input, steps }, clip) {
  const frame = clip.counts.length / steps;
  const values = Array.from({ length: steps }, (_, t) =>
    Array.from(toNetworkInput(clip.counts.subarray(t * frame, (t + 1) * frame), input)),
  );
  return tf.tensor(values.flat(), [steps, input.height, input.width, 2]);
}

/** Compares all spikes first. @throws SaccadeError `ENGINES_DIFFER` */
export async function tfjsContestant(workload) {
  const { network, layers, neuronLayers } = workload.model;
  setThreadsCount(1);
  await selectBackend({ prefer: 'wasm' });
  const constants = [];
  walkGraph(layers, 1, (layer, [factor], i) => {
    const kind = kinds[layer.spec.kind];
    constants.push(kind.constants({ layer, neuron: layers[i + 1], factor }));
    return kind.factor?.(layer, factor) ?? 1;
  });
  const forward = (counts, onLayer = () => undefined) =>
    tf.tidy(() =>
      walkGraph(layers, counts, (layer, [x], i) => {
        const output = kinds[layer.spec.kind].run(layer, constants[i], x);
        onLayer(layer.spec.id, output);
        return output;
      }),
    );
  const record = (clip) => {
    const spikes = new Map();
    const counts = inputOf(network, clip);
    const output = forward(counts, (id, values) => {
      if (neuronLayers.includes(id)) spikes.set(id, values.dataSync());
    });
    const logits = output.dataSync();
    tf.dispose([counts, output]);
    return Promise.resolve({ spikes, logits });
  };
  await requireEqualOn(NAME, workload, record);
  const inputs = workload.clips.map((clip) => inputOf(network, clip));
  return {
    name: NAME,
    threads: 1,
    run: meanTime(inputs, async (counts) => {
      const output = forward(counts);
      await output.data();
      output.dispose();
    }),
    dispose: () => tf.dispose([inputs, constants]),
  };
}
