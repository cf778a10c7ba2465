import { describe, it } from 'vitest';
import { randomModelOf } from '../../../src/network/index.ts';
import { clipFor } from '../../helpers/clips.ts';
import { expectWasmIsOracle } from '../../helpers/engine-equality.ts';
import { stackOf, type StackLayer } from '../../helpers/networks.ts';

const conv = (id: string, from: string, fields: object = {}): StackLayer => ({
  kind: 'conv',
  id,
  inputs: [from],
  filters: 34,
  kernel: 3,
  ...fields,
});
const add = (id: string, main: string, shortcut: string, shift: number): StackLayer => ({
  kind: 'residualAdd',
  id,
  inputs: [main, shortcut],
  shift,
});
const mfp = (id: string, from: string, structure = 'full'): StackLayer => ({
  kind: 'mfp',
  id,
  inputs: [from],
  structure,
});
const start = [conv('c0', 'input', { weights: 'int8' }), mfp('s0', 'c0', 'diagonal')];

const blocks: Readonly<Record<string, (shift: number, structure: string) => readonly StackLayer[]>> = {
  spikes: (shift, structure) => [conv('c1', 's0'), add('r1', 'c1', 's0', shift), mfp('s1', 'r1', structure)],
  'a convolution': (shift, structure) => [
    conv('c1', 's0'),
    conv('c2', 's0', { kernel: 1 }),
    add('r1', 'c1', 'c2', shift),
    mfp('s1', 'r1', structure),
  ],
  'the same convolution': (shift, structure) => [
    conv('c1', 's0'),
    add('r1', 'c1', 'c1', shift),
    mfp('s1', 'r1', structure),
  ],
  'a convolution that other neurons read too': (shift, structure) => [
    conv('c1', 's0'),
    mfp('s1', 'c1', structure),
    conv('c2', 's1'),
    add('r1', 'c2', 'c1', shift),
    mfp('s2', 'r1', structure),
  ],
  'additions within additions': (shift, structure) => [
    conv('c1', 's0'),
    add('r1', 'c1', 's0', shift),
    conv('c2', 's0', { kernel: 1 }),
    add('r2', 'c2', 'r1', 2),
    add('r3', 'r2', 'r1', 1),
    mfp('s1', 'r3', structure),
  ],
  '8-bit weights': (shift, structure) => [
    conv('c1', 's0'),
    conv('c2', 'input', { weights: 'int8', kernel: 1 }),
    add('r1', 'c1', 'c2', shift),
    mfp('s1', 'r1', structure),
  ],
  '8-bit weights as the main branch': (shift, structure) => [
    conv('c1', 's0', { weights: 'int8' }),
    add('r1', 'c1', 's0', shift),
    add('r2', 'r1', 'c0', shift),
    mfp('s1', 'r2', structure),
  ],
  maxima: (shift, structure) => [
    { kind: 'maxPool', id: 'm', inputs: ['s0'], size: 2 },
    conv('c1', 's0', { stride: 2, padding: 'same' }),
    add('r1', 'c1', 'm', shift),
    mfp('s1', 'r1', structure),
  ],
};

describe.each(Object.keys(blocks))('a shortcut of %s', (name) => {
  it.each(['diagonal', 'full', 'rank1'])('M %s', { timeout: 60_000 }, async (structure) => {
    for (const shift of [1, 2, 3, 5]) {
      const layers = [...start, ...blocks[name]!(shift, structure)];
      const network = stackOf(layers, { steps: 3, height: 4, width: 6, maxCount: 3 });
      const clips = [0.3, 0, 1].map((density) => clipFor(network, density, shift));
      await expectWasmIsOracle(randomModelOf(network, shift), clips);
    }
  });
});
