/** Every neuron that a network can have. */
import { M_STRUCTURES, type NeuronOptions } from '../../src/network/index.ts';

/** Name and options, for `describe.each`. */
export const NEURONS: readonly (readonly [name: string, neuron: NeuronOptions])[] = [
  ...M_STRUCTURES.map((structure) => [`M ${structure}`, { kind: 'mfp', structure }] as const),
  ['M sliding over 4 steps', { kind: 'mfp', structure: 'sliding', taps: 4, decay: 0.5 }],
  ['LIF', { kind: 'lif' }],
  ['LIF, slow', { kind: 'lif', decay: 15 / 16 }],
  ['LIF without memory', { kind: 'lif', decay: 0 }],
];
