import { parseNetwork, type NetworkDescription } from '../description.ts';
import type { ArchitectureOptions } from './architecture.ts';

/** A stack as papers write it: filters of 3x3 convolutions with neurons, `AP2` and `MP2` a 2x2 average and max pool. */
export type PlainStack = readonly (number | keyof typeof POOLS)[];

const POOLS = { AP2: 'averagePool', MP2: 'maxPool' } as const;

/**
 * A plain convolutional network: each convolution is followed by a neuron, the first has 8-bit
 * weights, the rest 1-bit, and an 8-bit linear read-out ends it.
 */
export function describePlain(
  name: string,
  stack: PlainStack,
  options: ArchitectureOptions,
): NetworkDescription {
  const { steps, height, width, channels, classes, neuron, widthFactor = 1, maxCount = 15 } = options;
  let convolutions = 0;
  let pools = 0;
  const layers = stack.flatMap((entry): unknown[] => {
    if (typeof entry === 'string') return [{ id: `pool${++pools}`, kind: POOLS[entry], size: 2 }];
    const filters = Math.max(1, Math.round(entry * widthFactor));
    const weights = convolutions++ === 0 ? 'int8' : 'binary';
    return [
      { id: `conv${convolutions}`, kind: 'conv', filters, kernel: 3, weights },
      { id: `${neuron.kind}${convolutions}`, ...neuron },
    ];
  });
  layers.push({ id: 'readout', kind: 'linear', units: classes.length });
  return parseNetwork({
    name,
    steps,
    input: { height, width, channels, maxCount },
    classes,
    thresholdVoltage: 1,
    layers,
  });
}
