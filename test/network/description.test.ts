import { describe, expect, it } from 'vitest';
import { parseNetwork, resolveNetwork } from '../../src/network/index.ts';

describe('descriptions', () => {
  const base = { name: 'n', steps: 2, input: { height: 8, width: 8 }, classes: ['a'] };
  const conv = { id: 'c', kind: 'conv', filters: 2, kernel: 3 };
  const mfp = { id: 'm', kind: 'mfp', structure: 'full' };
  const readout = { id: 'r', kind: 'linear', units: 1 };

  it('gives shapes, bounds and units', () => {
    const pool = { id: 'p', kind: 'averagePool', size: 2 };
    const nodes = resolveNetwork(parseNetwork({ ...base, layers: [conv, mfp, pool, readout] }));
    expect(nodes.map(({ output }) => [output.content, output.shape, output.bound, output.unit])).toEqual([
      ['currents', [8, 8, 2], 9 * 2 * 15, 1],
      ['spikes', [8, 8, 2], 1, 1],
      ['sums', [4, 4, 2], 4, 0.25],
      ['logits', [1, 1, 1], 32 * 127 * 4, 0.25],
    ]);
  });

  it.each([
    ['UNKNOWN_LAYER', [{ id: 'x', kind: 'attention' }]],
    ['BAD_DESCRIPTION', [{ ...conv, filters: 0 }, mfp, readout]],
    ['BAD_DESCRIPTION', [{ ...conv, colour: 'red' }, mfp, readout]],
    ['BAD_GRAPH', [conv, readout]],
    ['BAD_GRAPH', [mfp, readout]],
    ['BAD_GRAPH', [conv, mfp]],
    ['BAD_GRAPH', [conv, { ...mfp, id: 'c' }, readout]],
    ['BAD_GRAPH', [conv, mfp, { ...readout, units: 2 }]],
    ['BAD_GRAPH', [conv, mfp, { ...readout, inputs: ['c'] }]],
    ['BAD_SHAPE', [{ ...conv, kernel: 9, padding: 'valid' }, mfp, readout]],
  ])('%s', (code, layers) => {
    expect(() => parseNetwork({ ...base, layers })).toThrow(expect.objectContaining({ code }));
  });

  const add = { id: 'add', kind: 'residualAdd', shift: 2 };
  const conv2 = { id: 'c2', kind: 'conv', filters: 2, kernel: 3, inputs: ['m'] };
  const end = { id: 'm2', kind: 'mfp', structure: 'diagonal' };

  it('resolves a residual block: sources, shapes and bounds of both branches', () => {
    const layers = [conv, mfp, conv2, { ...add, inputs: ['c2', 'm'] }, end, readout];
    const nodes = resolveNetwork(parseNetwork({ ...base, layers }));
    expect(nodes.map(({ sources }) => sources)).toEqual([
      ['input'],
      ['c'],
      ['m'],
      ['c2', 'm'],
      ['add'],
      ['m2'],
    ]);
    const sum = nodes[3]!;
    expect(sum.inputs.map(({ content }) => content)).toEqual(['currents', 'spikes']);
    expect(sum.input).toBe(sum.inputs[0]);
    expect(sum.output).toEqual({ content: 'currents', shape: [8, 8, 2], bound: 9 * 2 + 4, unit: 1 });
  });

  it('gives pools the shape that is left, and global pools one pixel', () => {
    const pools = [
      { id: 'max', kind: 'maxPool', size: 3 },
      { id: 'all', kind: 'globalAveragePool' },
    ];
    const nodes = resolveNetwork(parseNetwork({ ...base, layers: [conv, mfp, ...pools, readout] }));
    expect(nodes.slice(2, 4).map(({ output }) => output)).toEqual([
      { content: 'spikes', shape: [2, 2, 2], bound: 1, unit: 1 },
      { content: 'sums', shape: [1, 1, 2], bound: 4, unit: 0.25 },
    ]);
  });

  it.each([
    ['an unknown node', 'layers.1.inputs', [conv, { ...mfp, inputs: ['x'] }, readout]],
    ['a later node', 'layers.1.inputs', [conv, { ...mfp, inputs: ['r'] }, readout]],
    ['itself', 'layers.1.inputs', [conv, { ...mfp, inputs: ['m'] }, readout]],
    ['no node', 'layers.1.inputs', [conv, { ...mfp, inputs: [] }, readout]],
    ['too many nodes', 'layers.1.inputs', [conv, { ...mfp, inputs: ['c', 'c'] }, readout]],
    ['too few nodes', 'layers.3.inputs', [conv, mfp, conv2, add, end, readout]],
    ['nothing reads it', 'layers.2', [conv, mfp, conv2, { ...readout, inputs: ['m'] }]],
    ['the name of the input', 'layers.0.id', [{ ...conv, id: 'input' }, mfp, readout]],
  ])('refuses a graph with %s and names the field', (_, field, layers) => {
    expect(() => parseNetwork({ ...base, layers })).toThrow(
      expect.objectContaining({ code: 'BAD_GRAPH', field }),
    );
  });

  it.each([
    ['BAD_GRAPH', { inputs: ['m', 'm'] }],
    ['BAD_GRAPH', { inputs: ['c2', 'p'] }],
    ['BAD_GRAPH', { inputs: ['c2', 'm'], shift: 0 }],
    ['BAD_SHAPE', { inputs: ['c2', 'm0'] }],
    ['BAD_DESCRIPTION', { inputs: ['c2', 'm'], shift: 13 }],
    ['BAD_DESCRIPTION', { inputs: ['c2', 'm'], shift: undefined }],
  ])('%s: a residual addition of %j', (code, fields) => {
    const layers = [
      { ...conv, id: 'c0', filters: 3 },
      { ...mfp, id: 'm0' },
      conv,
      mfp,
      conv2,
      { id: 'p', kind: 'averagePool', size: 1, inputs: ['m'] },
      { ...add, ...fields },
      end,
      readout,
    ];
    expect(() => parseNetwork({ ...base, layers })).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    [{ id: 'p', kind: 'maxPool' }, conv],
    [
      { id: 'g', kind: 'globalAveragePool' },
      { id: 'p', kind: 'maxPool', size: 1 },
    ],
  ])('max pooling takes spikes alone', (...pools) => {
    expect(() => parseNetwork({ ...base, layers: [...pools, mfp, readout] })).toThrow(
      expect.objectContaining({ code: 'BAD_GRAPH', field: 'p' }),
    );
  });

  it('refuses integers beyond float32', () => {
    const input = { ...base.input, maxCount: 65535 };
    const layers = [{ ...conv, weights: 'int8' }, mfp, readout];
    expect(() => parseNetwork({ ...base, input, layers })).toThrow(
      expect.objectContaining({ code: 'ACCUMULATOR_OVERFLOW' }),
    );
  });
});
