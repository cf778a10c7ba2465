import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../src/events/index.ts';
import { createEncoder } from '../../src/formats/index.ts';
import { saccade } from '../helpers/cli.ts';
import { hasSharedData, sharedPath } from '../helpers/shared-data.ts';
import { openebIndexOf } from '../helpers/openeb-index.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const events = batchFromTuples(
  Array.from({ length: 400_000 }, (_, i) => [5000 + 10 * i, i % 128, i % 100, i % 2] as const),
  { width: 128, height: 128 },
);

function recording(): { folder: string; input: string } {
  const folder = temporaryFolder();
  const input = path.join(folder, 'long.dat');
  writeFileSync(input, encodeAll(createEncoder('dat'), events));
  return { folder, input };
}

interface Summary {
  readonly read: { readonly bytes: number; readonly of: number; readonly by: string } | null;
  readonly cut: object;
  readonly report: object;
  readonly order: object;
  readonly notes: readonly string[];
}

describe('saccade index', () => {
  it('cuts are the same with and without an index, with the same account, and read less with it', async () => {
    const { folder, input } = recording();
    const ranges = [
      '--time 1s..1050ms',
      '--time 3990ms.. --region 0,0,64,64',
      '--events 1000..2000',
      '--time 2s..2010ms --absolute',
    ];
    const cut = async (flags: string, name: string): Promise<Summary> => {
      const { code, out, err } = await saccade(
        'cut',
        input,
        path.join(folder, name),
        ...flags.split(' '),
        '--json',
      );
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return JSON.parse(out) as Summary;
    };
    const before = [];
    for (const [i, flags] of ranges.entries()) before.push(await cut(flags, `a${i}.dat`));
    const { code, out } = await saccade('index', input);
    expect(code).toBe(0);
    expect(out).toContain('400,000 in 4 s');
    expect(out).toMatch(/places +\d+ to go on from/);
    for (const [i, flags] of ranges.entries()) {
      const { read, cut: account, report, order } = await cut(flags, `b${i}.dat`);
      expect(before[i]!.read).toBeNull();
      expect(read).toMatchObject({ by: 'index' });
      expect(read!.bytes).toBeLessThan(read!.of / 2);
      if (!flags.startsWith('--events'))
        expect({ account, report }).toEqual({ account: before[i]!.cut, report: before[i]!.report });
      expect(order).toEqual(before[i]!.order);
      const [a, b] = ['a', 'b'].map((name) => readFileSync(path.join(folder, `${name}${i}.dat`)));
      expect(a!.equals(b!)).toBe(true);
    }
    expect((await saccade('index', input)).out).toContain('is there already and fits');
  });

  it('an index that does not fit is said and not used', async () => {
    const { folder, input } = recording();
    const output = path.join(folder, 'out.dat');
    await saccade('index', input, '--json');
    writeFileSync(
      input,
      encodeAll(
        createEncoder('dat'),
        batchFromTuples(
          [
            [1, 1, 1, 1],
            [9, 1, 1, 1],
          ],
          events.geometry,
        ),
      ),
    );
    const { out } = await saccade('cut', input, output, '--time', '..5us');
    expect(out).toContain('The index is of another recording');
    expect(out).toContain('1 of 2 events');
    writeFileSync(`${input}.saccade-index`, 'none');
    expect((await saccade('cut', input, output, '--time', '..5us', '--force')).out).toContain(
      'does not begin as one',
    );
    expect((await saccade('index', input)).code).toBe(0);
    expect((await saccade('inspect', `${folder}/*`)).out).not.toContain('saccade-index');
    expect((await saccade('index', '-')).code).not.toBe(0);
    expect(existsSync('-.saccade-index')).toBe(false);
  });

  it.skipIf(!hasSharedData)("AEDAT 4: the file's own table serves", async () => {
    const output = path.join(temporaryFolder(), 'part.csv');
    const input = sharedPath('aedat4/many-small-packets-240x180.aedat4');
    const { code, out } = await saccade('cut', input, output, '--time', '100ms..200ms', '--to', 'csv');
    expect(code).toBe(0);
    expect(out).toContain("the recording's own table");
  });

  it("OpenEB's index beside a RAW file serves, and one of another recording is said and not used", async () => {
    const folder = temporaryFolder();
    const input = path.join(folder, 'camera.raw');
    const raw = encodeAll(createEncoder('evt2'), events);
    writeFileSync(input, raw);
    const cut = async (name: string): Promise<{ out: string; bytes: Buffer }> => {
      const output = path.join(folder, name);
      const { code, out, err } = await saccade('cut', input, output, '--time', '2s..2010ms');
      expect({ code, err }).toEqual({ code: 0, err: '' });
      return { out, bytes: readFileSync(output) };
    };
    const plain = await cut('a.raw');
    writeFileSync(`${input}.tmp_index`, openebIndexOf(raw));
    const helped = await cut('b.raw');
    expect(helped.out).toContain("the recording's own table");
    writeFileSync(`${input}.tmp_index`, openebIndexOf(raw, { header: { size: '7' } }));
    const refused = await cut('c.raw');
    expect(refused.out).toContain("OpenEB's index is of another recording: it is of 7 bytes");
    writeFileSync(
      `${input}.tmp_index`,
      openebIndexOf(raw, { change: (mark, i) => (mark[2] += i === 1001 ? 1 : 0) }),
    );
    const lying = await cut('d.raw');
    expect(lying.out).toContain('all of the recording was read');
    for (const { bytes } of [helped, refused, lying]) expect(bytes.equals(plain.bytes)).toBe(true);
    expect((await saccade('inspect', `${folder}/camera*`)).out).not.toContain('tmp_index');
  });
});
