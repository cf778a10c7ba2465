import { parseNetwork, type NetworkDescription } from '../description.ts';
import type { ArchitectureOptions } from './architecture.ts';

/** Residual blocks of two 3x3 convolutions with the same number of filters. */
export interface ResidualStage {
  readonly blocks: number;
  readonly planes: number;
  /** Of the first block's first convolution. */
  readonly stride: number;
}

/** Share of neurons that fire, for the weight of shortcuts: between the 0.1 and 0.2 that sparse networks aim at. */
const TYPICAL_RATE = 0.15;

/**
 * The power of two that gives a shortcut the weight that it has in the papers' networks, where the main branch is
 * normalised to a deviation of 1 before it is added: times the deviation of the main branch's integers. A sum of `fanIn`
 * weights of ±1 over spikes that come at rate r deviates by sqrt(fanIn · r). So a spike, which papers add as 1, counts
 * sqrt(fanIn · r) times; and a branch of a convolution, which they normalise to 1 as well, sqrt(fanIn / its own fan-in)
 * times, whatever the rate. What is left over, training makes good with the weights.
 */
function shortcutShift(fanIn: number, shortcutFanIn: number | 'spikes'): number {
  if (shortcutFanIn === 'spikes') return Math.max(1, Math.round(Math.log2(fanIn * TYPICAL_RATE) / 2));
  return Math.max(0, Math.round(Math.log2(fanIn / shortcutFanIn) / 2));
}

/**
 * A residual network: a 3x3 stem with 8-bit weights and as many filters as the first stage, blocks
 * conv-neuron-conv-add-neuron with 1-bit weights, a global average pool and an 8-bit linear read-out. A shortcut
 * carries the block's input spikes as they are, or, where shape or stride change, a 1-bit 1x1 convolution of them.
 *
 * @example
 * ```ts
 * import { describeResidual } from 'saccade';
 * const size = { steps: 4, height: 16, width: 16, classes: ['a', 'b'] } as const;
 * const network = describeResidual('small', [{ blocks: 1, planes: 16, stride: 1 }], { ...size, neuron: { kind: 'mfp', structure: 'full' } });
 * console.log(network.layers.map(({ id }) => id).slice(4, 8)); // ['s1b1-conv2', 's1b1-add', 's1b1-mfp2', 'pool']
 * ```
 */
export function describeResidual(
  name: string,
  stages: readonly [ResidualStage, ...ResidualStage[]],
  options: ArchitectureOptions,
): NetworkDescription {
  const { steps, height, width, channels, classes, neuron, widthFactor = 1, maxCount = 15 } = options;
  const scaled = (planes: number): number => Math.max(1, Math.round(planes * widthFactor));
  let tip = { id: `stem-${neuron.kind}`, planes: scaled(stages[0].planes) };
  const layers: unknown[] = [
    { id: 'stem', kind: 'conv', filters: tip.planes, kernel: 3, weights: 'int8' },
    { id: tip.id, ...neuron },
  ];
  stages.forEach(({ blocks, planes, stride: firstStride }, stage) => {
    const filters = scaled(planes);
    for (let block = 1; block <= blocks; block++) {
      const id = (part: string): string => `s${stage + 1}b${block}-${part}`;
      const stride = block === 1 ? firstStride : 1;
      const fanIn = 9 * filters;
      layers.push(
        { id: id('conv1'), kind: 'conv', inputs: [tip.id], filters, kernel: 3, stride },
        { id: id(`${neuron.kind}1`), ...neuron },
        { id: id('conv2'), kind: 'conv', filters, kernel: 3 },
      );
      if (stride === 1 && tip.planes === filters) {
        const shift = shortcutShift(fanIn, 'spikes');
        layers.push({ id: id('add'), kind: 'residualAdd', inputs: [id('conv2'), tip.id], shift });
      } else {
        const shift = shortcutShift(fanIn, tip.planes);
        layers.push(
          { id: id('down'), kind: 'conv', inputs: [tip.id], filters, kernel: 1, stride },
          { id: id('add'), kind: 'residualAdd', inputs: [id('conv2'), id('down')], shift },
        );
      }
      layers.push({ id: id(`${neuron.kind}2`), ...neuron });
      tip = { id: id(`${neuron.kind}2`), planes: filters };
    }
  });
  layers.push({ id: 'pool', kind: 'globalAveragePool' });
  layers.push({ id: 'readout', kind: 'linear', units: classes.length });
  const input = { height, width, channels, maxCount };
  return parseNetwork({ name, steps, input, classes, thresholdVoltage: 1, layers });
}
