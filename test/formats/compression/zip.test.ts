import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import { zipBytes, type ZipMember } from '../../../src/formats/compression/zip.ts';
import { npyHeader } from '../../../src/formats/npy/header.ts';
import { joinBytes } from '../../../src/formats/bytes.ts';
import { hasPythonModule, python } from '../../helpers/python.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const LEVELS = [0, 1, 6] as const;

/** An array of bytes that do not compress to nothing. */
function array(name: string, length: number): ZipMember & { readonly numbers: Uint8Array } {
  const random = new SeededRandom(length);
  const numbers = Uint8Array.from({ length }, () => random.integer(5));
  return { name, numbers, bytes: joinBytes([npyHeader("'|u1'", [length]), numbers]) };
}

function sum(numbers: Uint8Array): number {
  return numbers.reduce((total, n) => total + n, 0);
}

/** A view of a length that no machine has the memory for. */
function hugeBytes(length: number): Uint8Array {
  return new Proxy(new Uint8Array(0), {
    get: (target, key): unknown => (key === 'length' ? length : Reflect.get(target, key)),
  });
}

describe('zipBytes', () => {
  it('another reader gets the members back, in their order; equal members give equal bytes', () => {
    const member = fc.record({
      name: fc.stringMatching(/^[a-z]{1,9}\.npy$/),
      bytes: fc.uint8Array({ max: 3, maxLength: 2000 }),
    });
    const members = fc.uniqueArray(member, { selector: ({ name }) => name, maxLength: 5 });
    fc.assert(
      fc.property(members, fc.constantFrom(...LEVELS), (files, level) => {
        const archive = zipBytes(files, { level });
        const read = unzipSync(archive);
        expect(Object.keys(read)).toEqual(files.map(({ name }) => name));
        for (const { name, bytes } of files) expect(read[name]).toEqual(bytes);
        expect(zipBytes(files, { level })).toEqual(archive);
      }),
    );
  });

  it.skipIf(!hasPythonModule('numpy'))(
    "Python's zipfile and NumPy read them, and find the checksums right",
    () => {
      const script = `
import json, sys, zipfile, numpy
archive = zipfile.ZipFile(sys.argv[1])
arrays = numpy.load(sys.argv[1])
print(json.dumps([
  archive.testzip(),
  [[i.filename, i.date_time, i.file_size, i.compress_type, i.create_system, i.flag_bits] for i in archive.infolist()],
  {name: [arrays[name].size, int(arrays[name].sum())] for name in arrays},
]))`;
      const members = [array('t.npy', 5000), array('x.npy', 0), array('long_name.npy', 70_000)];
      for (const level of LEVELS) {
        const file = path.join(temporaryFolder(), 'some.npz');
        writeFileSync(file, zipBytes(members, { level }));
        const [broken, infos, arrays] = JSON.parse(python(script, file)) as unknown[];
        expect(broken).toBeNull();
        const method = level === 0 ? 0 : 8;
        expect(infos).toEqual(
          members.map(({ name, bytes }) => [name, [1980, 1, 1, 0, 0, 0], bytes.length, method, 0, 0]),
        );
        expect(arrays).toEqual(
          Object.fromEntries(
            members.map(({ name, numbers }) => [name.slice(0, -4), [numbers.length, sum(numbers)]]),
          ),
        );
      }
    },
  );

  it('an archive without members is one', () => {
    expect(unzipSync(zipBytes([], { level: 6 }))).toEqual({});
  });

  it('refuses what 32 bits cannot say, before it works on it', () => {
    const tooLarge = expect.objectContaining({ code: 'TOO_LARGE' }) as Error;
    const small = { name: 'a', bytes: new Uint8Array(0) };
    expect(() =>
      zipBytes(
        Array.from({ length: 65_536 }, () => small),
        { level: 6 },
      ),
    ).toThrow(tooLarge);
    expect(() => zipBytes([{ name: 'a', bytes: hugeBytes(2 ** 32 - 1) }], { level: 6 })).toThrow(tooLarge);
  });
});
