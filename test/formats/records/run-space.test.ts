import { describe, expect, it } from 'vitest';
import { RunSpace, type KernelBlock } from '../../../src/formats/records/run-space.ts';

/** What a kernel finds in the memory that it reserves. */
class FirstKernel {
  readonly block: KernelBlock;

  constructor(space: RunSpace) {
    this.block = space.reserveBlock(2, 6);
  }
}
class SecondKernel extends FirstKernel {}

const valuesOf = ({ block }: FirstKernel): number[] => [...block.integers];

describe('RunSpace', () => {
  it('gives each kernel cleared memory, also where another one was before it grew', () => {
    const space = new RunSpace();
    const before = space.kernel(FirstKernel)!;
    expect(space.kernel(FirstKernel)).toBe(before);
    before.block.integers.fill(7);
    const room = space.room(2 ** 20);
    new Uint8Array(space.buffer, room, 4).set([1, 2, 3, 4]);
    const after = space.kernel(SecondKernel)!;
    expect(valuesOf(after)).toEqual(Array(10).fill(0));
    expect(after.block.at).toBe(before.block.at);
    expect(space.room(2 ** 22)).toBe(room);
    expect([...new Uint8Array(space.buffer, room, 4)]).toEqual([1, 2, 3, 4]);
    expect(space.kernel(SecondKernel) === after).toBe(false);
  });

  it('says where there is no more', () => {
    expect(() => new RunSpace().room(2 ** 32)).toThrow(RangeError);
    expect(() => new RunSpace().reserve(2 ** 20)).toThrow(RangeError);
  });

  it('copies runs out', () => {
    const space = new RunSpace();
    space.arrays.t.set([5, 6]);
    space.arrays.p.set([1, 0]);
    const { t, p } = space.copy(2);
    space.arrays.t.fill(0);
    expect([[...t], [...p]]).toEqual([
      [5, 6],
      [1, 0],
    ]);
  });
});
