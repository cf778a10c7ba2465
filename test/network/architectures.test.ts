import { describe, expect, it } from 'vitest';
import {
  architectures,
  elementCount,
  networkParameterSpecs,
  resolveNetwork,
} from '../../src/network/index.ts';

const vggsnn = architectures
  .find(({ name }) => name === 'vggsnn')!
  .describe({
    steps: 10,
    height: 48,
    width: 48,
    classes: Array.from({ length: 10 }, (_, i) => String(i)),
    structure: 'full',
  });

describe('VGGSNN as in the paper', () => {
  it('has the weights, neurons and operations of the published network', () => {
    const specs = Object.entries(networkParameterSpecs(vggsnn));
    const weights = specs
      .filter(([id]) => id.startsWith('conv'))
      .map(([, own]) => elementCount(own.find(({ name }) => name === 'weight')!.shape));
    expect(weights).toEqual([1152, 73728, 294912, 589824, 1179648, 2359296, 2359296, 2359296]);
    const affine = specs.flatMap(([, own]) => own.filter(({ name }) => name === 'gamma' || name === 'beta'));
    expect(affine.reduce((sum, { shape }) => sum + elementCount(shape), 0)).toBe(5504);
    const nodes = resolveNetwork(vggsnn);
    const neurons = nodes
      .filter(({ spec }) => spec.kind === 'mfp')
      .reduce((sum, { output }) => sum + elementCount(output.shape), 0);
    expect(neurons).toBe(921_600);
    expect(nodes.at(-1)!.input.shape).toEqual([3, 3, 512]);
  });

  it('has the accumulator bounds of the published network', () => {
    const bounds = resolveNetwork(vggsnn)
      .filter(({ spec }) => spec.kind === 'conv')
      .map(({ output }) => output.bound);
    expect(bounds).toEqual([18 * 127 * 15, 576, 4608, 2304, 9216, 4608, 18432, 4608]);
  });
});
