/** Options that choose a network's neuron. */
import { Option, type Command } from 'commander';
import { DEFAULT_TAPS, M_STRUCTURES, type MStructure, type NeuronOptions } from '../network/index.ts';
import { DECAY_RANGE } from '../training/ranges.ts';
import { declareEffects } from './option-effects.ts';
import { rangedNumber, wholeNumber } from './options.ts';

/** What {@link addNeuronOptions} parses. */
export interface NeuronFlags {
  readonly neuron: NeuronOptions['kind'];
  readonly structure?: MStructure;
  readonly taps?: number;
  readonly decay?: number;
}

/** `--neuron`, `--structure`, `--taps`, `--decay`. */
export function addNeuronOptions(command: Command): Command {
  const neurons: readonly NeuronOptions['kind'][] = ['mfp', 'lif'];
  declareEffects(
    command,
    {
      options: ['structure'],
      with: [{ option: 'neuron', values: ['mfp'] }],
      because: 'a LIF neuron has no M_tau',
    },
    { options: ['taps'], with: [{ option: 'structure', values: ['sliding'] }] },
  );
  return command
    .addOption(
      new Option('--neuron <kind>', 'mfp, or the resetting lif as a baseline')
        .choices(neurons)
        .default('mfp'),
    )
    .addOption(new Option('--structure <m>', 'structure of M_tau (default: "full")').choices(M_STRUCTURES))
    .option(
      '--taps <k>',
      `steps that a sliding M_tau reaches over (default: ${DEFAULT_TAPS})`,
      wholeNumber(1),
    )
    .option(
      '--decay <lambda>',
      'initial decay of M_tau, 0 for the identity (default: 0); decay of a lif membrane, a multiple of 1/16 (default: 0.5)',
      rangedNumber(DECAY_RANGE),
    );
}

/** The neuron that the flags describe. */
export function neuronFromFlags({ neuron, structure = 'full', taps, decay }: NeuronFlags): NeuronOptions {
  return neuron === 'lif' ? { kind: 'lif', decay } : { kind: 'mfp', structure, taps, decay };
}
