import { describe, expect, it } from 'vitest';
import {
  architectures,
  elementCount,
  networkParameterSpecs,
  resolveNetwork,
  type ArchitectureOptions,
  type LayerNode,
  type NetworkDescription,
  type ResidualAddSpec,
} from '../../src/network/index.ts';

function describeNamed(name: string, options: Partial<ArchitectureOptions>): NetworkDescription {
  const classes = Array.from({ length: 10 }, (_, i) => String(i));
  const all = {
    steps: 4,
    height: 32,
    width: 32,
    classes,
    neuron: { kind: 'mfp', structure: 'full' },
    ...options,
  } as const;
  return architectures.find((architecture) => architecture.name === name)!.describe(all);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Weights of each node that has any, by id. */
function weights(network: NetworkDescription): Record<string, number> {
  return Object.fromEntries(
    Object.entries(networkParameterSpecs(network)).flatMap(([id, own]) => {
      const weight = own.find(({ name }) => name === 'weight');
      return weight ? [[id, elementCount(weight.shape)]] : [];
    }),
  );
}

function affineParameters(network: NetworkDescription): number {
  const specs = Object.values(networkParameterSpecs(network)).flat();
  const affine = specs.filter(({ name }) => name === 'gamma' || name === 'beta');
  return sum(affine.map(({ shape }) => elementCount(shape)));
}

function neurons(network: NetworkDescription): number {
  const layers = resolveNetwork(network).filter(({ output }) => output.content === 'spikes');
  return sum(layers.map(({ output }) => elementCount(output.shape)));
}

describe('VGGSNN as in the paper', () => {
  const vggsnn = describeNamed('vggsnn', { steps: 10, height: 48, width: 48 });

  it('has the weights, neurons and operations of the published network', () => {
    const { readout, ...convolutions } = weights(vggsnn);
    expect(Object.values(convolutions)).toEqual([
      1152, 73728, 294912, 589824, 1179648, 2359296, 2359296, 2359296,
    ]);
    expect(readout).toBe(46_080);
    expect(affineParameters(vggsnn)).toBe(5504);
    expect(neurons(vggsnn)).toBe(921_600);
    expect(resolveNetwork(vggsnn).at(-1)!.input.shape).toEqual([3, 3, 512]);
  });

  it('has the accumulator bounds of the published network', () => {
    const bounds = resolveNetwork(vggsnn)
      .filter(({ spec }) => spec.kind === 'conv')
      .map(({ output }) => output.bound);
    expect(bounds).toEqual([18 * 127 * 15, 576, 4608, 2304, 9216, 4608, 18432, 4608]);
  });
});

describe('VGG16 as in the paper', () => {
  it('has the published weights: one polarity channel less than colours in the first layer', () => {
    const classes = Array.from({ length: 200 }, (_, i) => String(i));
    const vgg16 = describeNamed('vgg16', { height: 64, width: 64, classes });
    const { readout, ...convolutions } = weights(vgg16);
    expect(Object.keys(convolutions).length).toBe(13);
    expect(sum(Object.values(convolutions))).toBe(14_710_464 - 9 * 64);
    expect(readout).toBe(409_600);
  });

  it('needs 32x32 pixels, and says so', () => {
    expect(describeNamed('vgg16', { height: 32, width: 47 }).layers.length).toBe(32);
    expect(() => describeNamed('vgg16', { height: 31, width: 47 })).toThrow(
      expect.objectContaining({ code: 'BAD_SHAPE' }),
    );
  });
});

describe('ResNet19 as in Q-SNN', () => {
  const resnet19 = describeNamed('resnet19', {});
  const nodes = resolveNetwork(resnet19);
  const additions = nodes.filter(({ spec }) => spec.kind === 'residualAdd');

  it('has the published weights and neurons', () => {
    const { stem, readout, ...rest } = weights(resnet19);
    expect(stem).toBe(9 * 2 * 128);
    expect(readout).toBe(5120);
    expect(sum(Object.values(rest))).toBe(12_550_144);
    const down = Object.entries(rest).filter(([id]) => id.endsWith('down'));
    expect(down.map(([id]) => id)).toEqual(['s2b1-down', 's3b1-down']);
    expect(sum(down.map(([, count]) => count))).toBe(163_840);
    expect(neurons(resnet19)).toBe(1_441_792);
  });

  it('has one batch norm for each pair that is added: the published ones less those of two branches', () => {
    expect(affineParameters(resnet19)).toBe(10_496 - 2 * (256 + 512));
  });

  it('carries spikes where the shape stays and a 1x1 convolution where it changes', () => {
    const shortcut = ({ spec, sources, inputs }: LayerNode): unknown[] => [
      sources[1],
      inputs[1]!.content,
      (spec as ResidualAddSpec).shift,
    ];
    expect(additions.map(shortcut)).toEqual([
      ['stem-mfp', 'spikes', 4],
      ['s1b1-mfp2', 'spikes', 4],
      ['s1b2-mfp2', 'spikes', 4],
      ['s2b1-down', 'currents', 2],
      ['s2b1-mfp2', 'spikes', 4],
      ['s2b2-mfp2', 'spikes', 4],
      ['s3b1-down', 'currents', 2],
      ['s3b1-mfp2', 'spikes', 5],
    ]);
  });

  it('ends in one value a channel, for any input', () => {
    for (const [height, width] of [
      [32, 32],
      [48, 48],
      [34, 41],
    ] as const) {
      const readout = resolveNetwork(describeNamed('resnet19', { height, width, widthFactor: 1 / 16 })).at(
        -1,
      )!;
      expect(readout.input.shape).toEqual([1, 1, 32]);
    }
  });
});
