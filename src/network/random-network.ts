/** Small networks of random form: whatever an engine cannot do, one of them needs. For tests, never for decisions. */
import { SeededRandom } from '../events/index.ts';
import { POLARITY_CHANNELS } from '../frames/index.ts';
import { parseNetwork, type NetworkDescription } from './description.ts';
import {
  INPUT_ID,
  layerKindOf,
  mapInputs,
  type Inputs,
  type LayerSpec,
  type SignalInfo,
} from './layers/index.ts';
import type { NeuronOptions } from './architectures/index.ts';
import { DECAY_PARTS } from './neuron/lif.ts';
import { M_STRUCTURES } from './neuron/m-tau.ts';

/** All have defaults. */
export interface RandomNetworkOptions {
  readonly seed?: number;
  readonly steps?: number;
  readonly height?: number;
  readonly width?: number;
  readonly classes?: number;
  /** Of the input. Default: the 2 of events. */
  readonly channels?: number;
  readonly maxCount?: number;
  /** The neuron of every layer. Default: any, drawn for each. */
  readonly neuron?: NeuronOptions;
  /** How many blocks follow the first convolution: a convolution, a pool or a residual block each. Default 3. */
  readonly blocks?: number;
}

/** Where the next layer reads. */
interface Tip {
  readonly id: string;
  readonly signal: SignalInfo;
}

/**
 * Draws a network: convolutions with kernels of 1 to 5, stride 1 and 2 and both paddings, average and max pools, and
 * residual blocks whose shortcut is an earlier layer's spikes or a convolution, nested ones too.
 *
 * @example
 * ```ts
 * import { randomModelOf, randomNetwork } from 'saccade';
 * const network = randomNetwork({ seed: 3, steps: 2 });
 * console.log(randomModelOf(network, 3).layers.length === network.layers.length); // true
 * ```
 */
export function randomNetwork({
  seed = 1,
  steps = 3,
  height = 9,
  width = 8,
  classes = 3,
  channels = POLARITY_CHANNELS,
  maxCount = 15,
  neuron,
  blocks = 3,
}: RandomNetworkOptions = {}): NetworkDescription {
  const context = { steps, thresholdVoltage: 1 };
  const input: SignalInfo = { content: 'counts', shape: [height, width, channels], bound: maxCount, unit: 1 };
  const layers: LayerSpec[] = [];
  const draw = new Draw(new SeededRandom(seed), neuron, (kind, tips, fields) => {
    const inputs = mapInputs(tips, ({ id }) => id);
    const spec = { id: `${kind}${layers.length + 1}`, kind, inputs, ...fields };
    layers.push(spec);
    const signal = layerKindOf(spec).infer(
      spec,
      mapInputs(tips, (tip) => tip.signal),
      context,
    );
    return { id: spec.id, signal };
  });
  draw.network({ id: INPUT_ID, signal: input }, blocks, classes);
  return parseNetwork({
    name: `random ${seed}`,
    steps,
    input: { height, width, channels, maxCount },
    classes: Array.from({ length: classes }, (_, i) => String(i)),
    thresholdVoltage: 1,
    layers,
  });
}

type Add = (kind: string, inputs: Inputs<Tip>, fields: Readonly<Record<string, unknown>>) => Tip;

class Draw {
  readonly #random: SeededRandom;
  readonly #fixedNeuron: NeuronOptions | undefined;
  readonly #add: Add;
  /** Spikes that a later shortcut may carry. */
  readonly #spikes: Tip[] = [];

  constructor(random: SeededRandom, neuron: NeuronOptions | undefined, add: Add) {
    this.#random = random;
    this.#fixedNeuron = neuron;
    this.#add = add;
  }

  network(input: Tip, blocks: number, classes: number): void {
    const first = this.#chance(0.2) ? this.#averagePool(input) : input;
    let tip = this.#neuron(this.#conv(first, { filters: this.#filters(), weights: 'int8' }));
    for (let block = 0; block < blocks; block++) tip = this.#block(tip);
    if (this.#chance(0.3)) tip = this.#add('globalAveragePool', [tip], {});
    this.#add('linear', [tip], { units: classes, weights: 'int8' });
  }

  #block(tip: Tip): Tip {
    const [height, width] = tip.signal.shape;
    const pools = Math.min(height, width) >= 2;
    const kind = this.#pick(
      pools ? ['conv', 'average', 'max', 'residual', 'residual'] : ['conv', 'residual'],
    );
    if (kind === 'average') return this.#averagePool(tip);
    if (kind === 'max' && tip.signal.content === 'spikes') return this.#add('maxPool', [tip], { size: 2 });
    if (kind === 'residual') return this.#residual(tip);
    return this.#neuron(this.#conv(tip, { filters: this.#filters() }));
  }

  #averagePool(tip: Tip): Tip {
    return this.#add('averagePool', [tip], { size: 2 });
  }

  #filters(): number {
    return 1 + this.#random.integer(10);
  }

  #conv(tip: Tip, fields: Readonly<Record<string, unknown>>): Tip {
    const [height, width] = tip.signal.shape;
    const kernel = this.#pick([1, 2, 3, 3, 5]);
    const fits = kernel <= Math.min(height, width);
    const padding = fits && this.#chance(0.3) ? 'valid' : 'same';
    const stride = this.#chance(0.3) ? 2 : 1;
    return this.#add('conv', [tip], { kernel, stride, padding, weights: 'binary', ...fields });
  }

  #neuron(currents: Tip): Tip {
    const { kind, ...fields } = this.#fixedNeuron ?? this.#anyNeuron();
    const spikes = this.#add(kind, [currents], { decay: 0, ...fields });
    this.#spikes.push(spikes);
    return spikes;
  }

  #anyNeuron(): NeuronOptions {
    const structure = this.#pick([...M_STRUCTURES, 'lif'] as const);
    if (structure === 'lif') return { kind: 'lif', decay: this.#random.integer(DECAY_PARTS) / DECAY_PARTS };
    const taps = structure === 'sliding' ? 1 + this.#random.integer(4) : undefined;
    return { kind: 'mfp', structure, taps };
  }

  /** Two convolutions, and a shortcut of spikes where some fit, else of a convolution with the same stride. */
  #residual(tip: Tip): Tip {
    const stride = this.#chance(0.4) ? 2 : 1;
    const same = { padding: 'same', stride: 1 };
    const inner = this.#neuron(this.#conv(tip, { ...same, filters: this.#filters(), stride }));
    const filters = this.#chance(0.5) ? tip.signal.shape[2] : this.#filters();
    let main = this.#conv(inner, { ...same, filters });
    const fitting = this.#spikes.filter(({ signal }) => signal.shape.join() === main.signal.shape.join());
    if (fitting.length > 0) {
      main = this.#add('residualAdd', [main, this.#pick(fitting)], { shift: 1 + this.#random.integer(4) });
      if (this.#chance(0.7)) return this.#neuron(main);
    }
    const shortcut = this.#conv(tip, { ...same, filters, stride, kernel: this.#pick([1, 3]) });
    return this.#neuron(this.#add('residualAdd', [main, shortcut], { shift: this.#random.integer(5) }));
  }

  #chance(probability: number): boolean {
    return this.#random.uniform() < probability;
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#random.integer(choices.length)]!;
  }
}
