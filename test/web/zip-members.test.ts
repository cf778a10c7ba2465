import fc from 'fast-check';
import { zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { zipMembers, type ZipMember } from '../../web/src/in-page/zip-members.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function membersOf(zip: Uint8Array, size = zip.length, maxBytes?: number): Promise<ZipMember[]> {
  const members: ZipMember[] = [];
  for await (const member of zipMembers(pieces(zip, size), () => true, maxBytes)) members.push(member);
  return members;
}

function contentOf(member: ZipMember): unknown {
  return 'problem' in member ? member.problem : Buffer.concat(member.chunks).toString('hex');
}

describe('members of a zip', () => {
  it('come whole and in order, however the bytes are cut', async () => {
    const member = fc.record({
      bytes: fc.uint8Array({ maxLength: 3000 }),
      level: fc.constantFrom(0, 6),
      repeated: fc.integer({ min: 1, max: 50 }),
    });
    const sizes = fc.integer({ min: 1, max: 70_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(member, { minLength: 1, maxLength: 6 }), sizes, async (members, size) => {
        const tree: Zippable = {};
        members.forEach(({ bytes, level, repeated }, i) => {
          const content = Buffer.concat(Array.from({ length: repeated }, () => bytes));
          tree[`folder/${i}.bin`] = [new Uint8Array(content), { level: level as 0 | 6 }];
        });
        const found = await membersOf(zipSync(tree), size);
        expect(found.map(({ path }) => path)).toEqual(Object.keys(tree));
        expect(found.map(contentOf)).toEqual(
          Object.values(tree).map((entry) =>
            Buffer.from((entry as unknown as [Uint8Array])[0]).toString('hex'),
          ),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('are left out where they are folders or hidden', async () => {
    const one = new Uint8Array([1]);
    const tree = { 'a/': new Uint8Array(0), 'a/b.bin': one, 'a/.hidden': one, '__MACOSX/a/._b.bin': one };
    expect((await membersOf(zipSync(tree))).map(({ path }) => path)).toEqual(['a/b.bin']);
  });

  it('are refused beyond the cap, and the next ones are not', async () => {
    const zip = zipSync({ 'big.bin': new Uint8Array(3 * 2 ** 20), 'small.bin': new Uint8Array([5]) });
    const [big, small] = await membersOf(zip, 1000, 2 ** 20);
    expect(contentOf(big!)).toMatch(/larger than 1 MiB/);
    expect(contentOf(small!)).toBe('05');
    expect(contentOf((await membersOf(zip, 1000, 3 * 2 ** 20))[0]!)).toHaveLength(6 * 2 ** 20);
  });

  it('say where an archive is cut or damaged', async () => {
    const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31) >> 3);
    const zip = zipSync({ 'a.bin': noise, 'b.bin': noise });
    const cut = await membersOf(zip.subarray(0, zip.length - 1000));
    expect(cut.map(contentOf)[1]).toMatch(/ends inside it/);
    const withoutDirectory = await membersOf(zip.subarray(0, zip.length - 60));
    expect(withoutDirectory.map(contentOf).at(-1)).toMatch(/before its directory/);
    const damaged = zip.slice();
    damaged.fill(0xff, 60, 200);
    expect(contentOf((await membersOf(damaged))[0]!)).toMatch(/damaged/);
  });
});
