import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { architectures, type NetworkDescription } from '../../../src/network/index.ts';
import { fastestThreads } from '../../../src/training/index.ts';

function described(name: string, side: number, steps = 10): NetworkDescription {
  const neuron = { kind: 'mfp', structure: 'full' } as const;
  const size = { steps, height: side, width: side, classes: ['a', 'b'] };
  return architectures.find((one) => one.name === name)!.describe({ ...size, neuron });
}

describe('fastestThreads', () => {
  it('is one for small networks and all cores for large ones', () => {
    expect(fastestThreads(described('compact', 17), 20, 2)).toBe(1);
    expect(fastestThreads(described('compact', 34), 16, 2)).toBe(2);
    expect(fastestThreads(described('vggsnn', 48), 1, 8)).toBe(3);
    expect(fastestThreads(described('vggsnn', 48), 16, 8)).toBe(8);
  });

  it('is at least one, at most the cores, and no fewer for a larger batch or more steps', () => {
    const batches = fc.integer({ min: 1, max: 256 });
    const cores = fc.integer({ min: 1, max: 128 });
    const names = fc.constantFrom(...architectures.map(({ name }) => name));
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 12 }), batches, cores, (name, steps, batch, most) => {
        const threads = fastestThreads(described(name, 32, steps), batch, most);
        expect(Number.isInteger(threads)).toBe(true);
        expect(threads).toBeGreaterThanOrEqual(1);
        expect(threads).toBeLessThanOrEqual(most);
        const more = [
          fastestThreads(described(name, 32, steps), batch + 1, most),
          fastestThreads(described(name, 32, steps + 1), batch, most),
        ];
        expect(Math.min(...more)).toBeGreaterThanOrEqual(threads);
      }),
    );
  });
});
