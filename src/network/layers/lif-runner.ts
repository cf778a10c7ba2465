/** The resetting neuron in integers: neuron by neuron over a clip, or step by step with one membrane per neuron. */
import { DECAY_PARTS, leak } from '../neuron/lif.ts';
import { tensorData, type LayerRunner, type PackedLayer } from './layer-kind.ts';
import type { LifSpec } from './lif.ts';

/** Makes the runner of a LIF layer, the same for both modes. Sessions own their runner. */
export function createLifRunner(layer: PackedLayer<LifSpec>): LayerRunner {
  const scale = tensorData(layer, 'scale', 'I32');
  const bias = tensorData(layer, 'bias', 'I32');
  const threshold = tensorData(layer, 'threshold', 'I32');
  const channels = threshold.length;
  const parts = DECAY_PARTS * layer.spec.decay;
  let membranes = new Int32Array(0);
  return {
    step: (step, [input]) => {
      if (step === 0) membranes = new Int32Array(input.length);
      const spikes = new Uint8Array(input.length);
      for (let n = 0, c = 0; n < input.length; n++) {
        const potential = leak(membranes[n]!, parts) + scale[c]! * input[n]! + bias[c]!;
        const fires = potential >= threshold[c]!;
        spikes[n] = fires ? 1 : 0;
        membranes[n] = fires ? 0 : potential;
        if (++c === channels) c = 0;
      }
      return spikes;
    },
    clip: ([inputs]) => {
      const spikes = inputs.map((input) => new Uint8Array(input.length));
      for (let n = 0; n < inputs[0]!.length; n++) {
        const c = n % channels;
        let membrane = 0;
        inputs.forEach((input, t) => {
          membrane = leak(membrane, parts) + scale[c]! * input[n]! + bias[c]!;
          if (membrane < threshold[c]!) return;
          spikes[t]![n] = 1;
          membrane = 0;
        });
      }
      return spikes;
    },
  };
}
