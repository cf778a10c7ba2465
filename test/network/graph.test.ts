import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  M_STRUCTURES,
  randomModelOf,
  randomNetwork,
  readersOf,
  readModel,
  resolveNetwork,
  walkGraph,
  writeModel,
} from '../../src/network/index.ts';
import { anyNetwork } from '../helpers/networks.ts';

describe('walking a graph', () => {
  it('hands every node the values of its sources, and returns the last', () => {
    fc.assert(
      fc.property(anyNetwork(), (network) => {
        const nodes = resolveNetwork(network);
        const last = walkGraph(nodes, 'input', ({ spec, sources }, inputs) => {
          expect(inputs).toEqual(sources);
          return spec.id;
        });
        expect(last).toBe(network.layers.at(-1)!.id);
      }),
    );
  });

  it('knows who reads whom', () => {
    const nodes = resolveNetwork(randomNetwork({ seed: 5, blocks: 6 }));
    const readers = readersOf(nodes);
    for (const node of nodes) {
      for (const source of node.sources) expect(readers.get(source)).toContain(node);
      for (const reader of readers.get(node.spec.id) ?? []) expect(reader.sources).toContain(node.spec.id);
    }
  });
});

describe('random networks', () => {
  it('have every kind of layer, one-to-one shortcuts and convolved ones', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      for (const { spec, inputs } of resolveNetwork(randomNetwork({ seed }))) {
        seen.add(spec.kind === 'residualAdd' ? `add ${inputs[1]!.content}` : spec.kind);
      }
    }
    const pools = ['averagePool', 'globalAveragePool', 'maxPool'];
    expect([...seen].sort()).toEqual(
      ['add currents', 'add spikes', ...pools, 'conv', 'lif', 'linear', 'mfp'].sort(),
    );
  });

  it('are the same for equal seeds, and take the structure asked for', () => {
    expect(randomNetwork({ seed: 8 })).toEqual(randomNetwork({ seed: 8 }));
    for (const structure of M_STRUCTURES) {
      const neuron = { kind: 'mfp', structure } as const;
      for (const spec of randomNetwork({ neuron, blocks: 5 }).layers)
        if (spec.kind === 'mfp') expect(spec.structure).toBe(structure);
    }
  });

  it('come back from a model file as they were', () => {
    fc.assert(
      fc.property(anyNetwork(), fc.integer(), (network, seed) => {
        const model = randomModelOf(network, seed);
        expect(readModel(writeModel(model))).toEqual(model);
      }),
      { numRuns: 40 },
    );
  });
});
