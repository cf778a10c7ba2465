import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  memberOf,
  openEntry,
  openSource,
  RecordingOpener,
  type ArchiveOptions,
  type RecordingEntry,
  type UnpackedArchive,
} from '../../datasets/index.ts';
import { joinBytes } from '../../src/formats/bytes.ts';
import { SeededRandom } from '../../src/events/index.ts';
import { writeFileIn } from '../helpers/files.ts';
import { hasPythonModule, python } from '../helpers/python.ts';
import { seededBytes } from '../helpers/seeded-bytes.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { hasTool, pipe } from '../helpers/tools.ts';

const LONG = `a/${'long-name-'.repeat(20)}/${'é'.repeat(60)}.bin`;
const SIZES: Readonly<Record<string, number>> = {
  'a/0.bin': 0,
  'a/1.bin': 1,
  'a/511.bin': 511,
  'a/512.bin': 512,
  'b/a 2.bin': 5000,
  'b/a 10.bin': 300_000,
  'b/large.bin': (4 << 20) + 77,
};

/** A folder of these files, and what `tar` is told of it. */
function folderOf(sizes: Readonly<Record<string, number>>): string {
  const folder = temporaryFolder();
  for (const [name, size] of Object.entries(sizes)) writeFileIn(folder, name, seededBytes(size));
  return folder;
}

function tar(folder: string, ...args: readonly string[]): string {
  const archive = path.join(temporaryFolder(), 'data.tar');
  execFileSync('tar', ['-cf', archive, '-C', folder, ...args]);
  return archive;
}

async function read(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
  return joinBytes(parts);
}

/** Each member in every way that it can be read, and by its location alone. */
async function contentsOf(location: string, options?: ArchiveOptions): Promise<Record<string, Uint8Array>> {
  const source = openSource(location, options);
  const opener = new RecordingOpener(options);
  const found: Record<string, Uint8Array> = {};
  for (const entry of await source.list()) {
    const bytes = await read(entry.open());
    expect(bytes.length).toBe(entry.bytes);
    expect(entry.location).toBe(`${location}!${entry.id}`);
    for (const way of [entry, await opener.open(entry.location)]) await expectSame(way, bytes);
    found[entry.id] = bytes;
  }
  await opener.close();
  await source.close();
  return found;
}

async function expectSame(
  { open, openReused, openAnywhere }: RecordingEntry,
  bytes: Uint8Array,
): Promise<void> {
  expect(Buffer.compare(await read(open()), bytes)).toBe(0);
  if (openReused) expect(Buffer.compare(await read(openReused()), bytes)).toBe(0);
  const anywhere = openAnywhere?.();
  if (anywhere === undefined) return;
  expect(anywhere.size).toBe(bytes.length);
  const middle = bytes.length >> 1;
  expect(await anywhere.read(middle, 100)).toEqual(bytes.slice(middle, middle + 100));
  expect(await anywhere.read(Math.max(0, bytes.length - 3), 100)).toEqual(bytes.slice(-3));
  await anywhere.close();
}

const expected = (sizes: Readonly<Record<string, number>>): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, seededBytes(size)]));

/** Compares without printing megabytes. */
function expectContents(found: Record<string, Uint8Array>, wanted: Record<string, Uint8Array>): void {
  expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, bytes] of Object.entries(wanted))
    expect([name, Buffer.compare(found[name]!, bytes)]).toEqual([name, 0]);
}

/** What {@link openSource} says of these bytes. */
async function faultOf(bytes: Uint8Array, name = 'bad.tar', options?: ArchiveOptions): Promise<unknown> {
  const file = writeFileIn(temporaryFolder(), name, bytes);
  return openSource(file, options)
    .list()
    .then(
      (entries) => entries.map(({ id }) => id),
      (error: unknown) => error,
    );
}

const hasTar = hasTool('tar');

describe.skipIf(!hasTar)('a tar archive of GNU tar', () => {
  it.each(['v7', 'ustar', 'gnu', 'pax', 'oldgnu', 'posix'])(
    'in the form %s is read in place',
    async (form) => {
      // What V7 and ustar cannot name is not in their archives.
      const sizes = form === 'ustar' || form === 'v7' ? SIZES : { ...SIZES, [LONG]: 700 };
      const folder = folderOf(sizes);
      for (const what of [['.'], ['a', 'b']]) {
        const archive = tar(folder, `--format=${form}`, ...what);
        expectContents(await contentsOf(archive), expected(sizes));
        expect(readdirSync(path.dirname(archive))).toEqual(['data.tar']);
      }
    },
  );

  it('is listed in natural order, without folders and hidden files', async () => {
    const folder = folderOf(SIZES);
    writeFileIn(folder, 'b/._a 2.bin', 'x');
    writeFileIn(folder, '.DS_Store', 'x');
    mkdirSync(path.join(folder, 'c'));
    const entries = await openSource(tar(folder, '.')).list();
    expect(entries.map(({ id }) => id)).toEqual([
      'a/0.bin',
      'a/1.bin',
      'a/511.bin',
      'a/512.bin',
      'b/a 2.bin',
      'b/a 10.bin',
      'b/large.bin',
    ]);
  });

  it('has the last of members of one name, and what hard links name', async () => {
    const folder = folderOf({ 'a/1.bin': 100 });
    const archive = tar(folder, 'a/1.bin');
    writeFileIn(folder, 'a/1.bin', seededBytes(2000));
    linkSync(path.join(folder, 'a/1.bin'), path.join(folder, 'a/2.bin'));
    execFileSync('tar', ['-rf', archive, '-C', folder, 'a/1.bin', 'a/2.bin']);
    expectContents(await contentsOf(archive), expected({ 'a/1.bin': 2000, 'a/2.bin': 2000 }));
  });

  it('is read on behind its end mark, and past zeros', async () => {
    const [left, right] = ['a', 'b'].map((name) =>
      readFileSync(tar(folderOf({ [`${name}/1.bin`]: 700 }), name)),
    );
    const both = writeFileIn(
      temporaryFolder(),
      'both.tar',
      joinBytes([left!, new Uint8Array(1 << 20), right!, new Uint8Array(7)]),
    );
    expectContents(await contentsOf(both), { 'a/1.bin': seededBytes(700), 'b/1.bin': seededBytes(700) });
  });

  it('names members that are no files of their own, once they are read', async () => {
    const folder = folderOf({ 'a/1.bin': 100 });
    symlinkSync('/etc/passwd', path.join(folder, 'a/2.bin'));
    execFileSync('mkfifo', [path.join(folder, 'a/3.bin')]);
    execFileSync('truncate', ['-s', '3M', path.join(folder, 'a/4.bin')]);
    for (const form of ['gnu', 'pax']) {
      const archive = tar(folder, `--format=${form}`, '--sparse', '.');
      const entries = await openSource(archive).list();
      expect(entries.map(({ id }) => id)).toEqual(['a/1.bin', 'a/2.bin', 'a/3.bin', 'a/4.bin']);
      expect(await read(entries[0]!.open())).toEqual(seededBytes(100));
      for (const [i, problem] of ['is a link to "/etc/passwd"', 'is no file but a fifo', 'sparse'].entries())
        await expect(read(entries[i + 1]!.open())).rejects.toMatchObject({
          code: 'BAD_ARCHIVE',
          path: `${archive}!a/${i + 2}.bin`,
          message: expect.stringContaining(problem) as string,
        });
    }
  });

  it('passes over the map of a sparse member', async () => {
    const folder = folderOf({ 'b.bin': 100 });
    const file = path.join(folder, 'a.bin');
    // More stretches than the header and one block of the map have room for.
    for (let i = 0; i < 40; i++)
      execFileSync(
        'dd',
        ['if=/dev/urandom', `of=${file}`, 'bs=4096', 'count=1', `seek=${i * 64}`, 'conv=notrunc'],
        { stdio: 'ignore' },
      );
    const entries = await openSource(tar(folder, '--format=gnu', '--sparse', 'a.bin', 'b.bin')).list();
    expect(entries.map(({ id }) => id)).toEqual(['a.bin', 'b.bin']);
    expect(await read(entries[1]!.open())).toEqual(seededBytes(100));
    await expect(read(entries[0]!.open())).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
  });

  it('that is cut anywhere is refused, between two members too', async () => {
    const whole = readFileSync(
      tar(folderOf({ 'a/1.bin': 100, 'a/2.bin': 600, [LONG]: 10 }), '--format=pax', '--sort=name', 'a'),
    );
    const end = whole.findLastIndex((byte) => byte !== 0) + 1;
    for (let bytes = 0; bytes < end; bytes += bytes % 512 === 0 ? 100 : 512 - (bytes % 512))
      expect(await faultOf(whole.subarray(0, bytes)), `${bytes} bytes`).toMatchObject({
        code: 'BAD_ARCHIVE',
      });
    const last = Math.ceil(end / 512) * 512;
    expect(await faultOf(whole.subarray(0, last))).toMatchObject({
      code: 'BAD_ARCHIVE',
      message: expect.stringContaining('without an end mark') as string,
    });
    expect(await faultOf(whole.subarray(0, last + 512))).toHaveLength(3);
  });

  it('that is damaged is refused or read, and never hangs', async () => {
    const whole = readFileSync(
      tar(folderOf({ 'a/1.bin': 100, [LONG]: 10 }), '--format=pax', '--sort=name', 'a'),
    );
    const random = new SeededRandom(1);
    for (let i = 0; i < 300; i++) {
      const damaged = new Uint8Array(whole.subarray(0, 6144));
      for (let k = 0; k < 3; k++) damaged[random.integer(6144)] = random.integer(256);
      const found = await faultOf(damaged);
      if (!Array.isArray(found))
        expect(['BAD_ARCHIVE', 'UNSAFE_NAME']).toContain((found as { code: string }).code);
    }
  });

  it('that changes under a reader is not read as if it had not', async () => {
    const archive = tar(folderOf({ 'a/1.bin': 100_000 }), 'a');
    const [entry] = await openSource(archive).list();
    writeFileSync(archive, readFileSync(archive).subarray(0, 50_000));
    await expect(read(entry!.open())).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
    await expect(read(entry!.openReused!())).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
  });

  it.each(['nothing.tar', 'nothing.tar.gz', 'nothing.tgz', 'nothing.tar.zst'])(
    'that is not there: %s',
    async (name) => {
      await expect(openSource(path.join(temporaryFolder(), name)).list()).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    },
  );
});

/** Sets the checksum of a header. */
function seal(block: Uint8Array): Uint8Array {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return block;
}

describe.skipIf(!hasTar)('headers that lie', () => {
  const honest = (): Uint8Array =>
    new Uint8Array(
      readFileSync(
        tar(folderOf({ 'a.bin': 1000, 'b.bin': 10 }), '--format=ustar', '--sort=name', 'a.bin', 'b.bin'),
      ),
    );
  const withSize = (field: string | readonly number[]): Uint8Array => {
    const bytes = honest();
    bytes.set(typeof field === 'string' ? new TextEncoder().encode(field) : field, 124);
    seal(bytes.subarray(0, 512));
    return bytes;
  };

  it.each([
    ['more than there is', '00000777777\0'],
    ['eight GiB', '77777777777\0'],
    ['less than there is', '00000000010\0'],
    ['no number', 'hello world\0'],
    ['less than nothing', [0xff, ...Array<number>(11).fill(0xf0)]],
    ['more than numbers hold', [0x80, ...Array<number>(11).fill(0xff)]],
  ])('of a length: %s', async (_, field) => {
    expect(await faultOf(withSize(field))).toMatchObject({ code: 'BAD_ARCHIVE' });
  });

  it.each(['../evil', 'a/../../evil', '/etc/evil', 'C:evil', 'c:\\evil', 'a\\..\\evil'])(
    'of a name that points outside: %s',
    async (name) => {
      const bytes = honest();
      bytes.fill(0, 0, 100);
      bytes.set(new TextEncoder().encode(name), 0);
      seal(bytes.subarray(0, 512));
      for (const [file, packed] of [
        ['x.tar', bytes],
        ['x.tar.gz', gzipSync(bytes)],
      ] as const)
        expect(await faultOf(packed, file)).toMatchObject({
          code: 'UNSAFE_NAME',
          message: expect.stringContaining(name) as string,
        });
    },
  );
});

it('bytes without a magic word are a tar header by their checksum, name and numbers, and else none', async () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new SeededRandom(seed);
    const bytes = Uint8Array.from({ length: 1536 }, () => random.integer(256));
    // A length of nothing: such a header would be believed.
    bytes.set(new TextEncoder().encode('00000000000\0'), 124);
    bytes.fill(0, 512);
    expect(await faultOf(bytes)).toMatchObject({ code: 'BAD_ARCHIVE' });
    // With a checksum that is right, and with numbers that are none.
    seal(bytes.subarray(0, 512));
    expect(await faultOf(bytes)).toMatchObject({ code: 'BAD_ARCHIVE' });
  }
});

describe.skipIf(!hasPythonModule('tarfile'))("a tar archive of Python's tarfile", () => {
  it.each(['USTAR_FORMAT', 'GNU_FORMAT', 'PAX_FORMAT'])('in the form %s is read', async (form) => {
    const sizes =
      form === 'USTAR_FORMAT' ? SIZES : { ...SIZES, [LONG]: 700, 'b/new\nline.bin': 20, '12345': 3 };
    const archive = path.join(temporaryFolder(), 'data.tgz');
    python(
      'import sys, tarfile\nwith tarfile.open(sys.argv[2], "w:gz", format=getattr(tarfile, sys.argv[3])) as t: t.add(sys.argv[1], arcname="set")',
      folderOf(sizes),
      archive,
      form,
    );
    const wanted = Object.fromEntries(
      Object.entries(expected(sizes)).map(([name, bytes]) => [`set/${name}`, bytes]),
    );
    expectContents(await contentsOf(archive), wanted);
  });
});

describe.skipIf(!hasTar)('a tar archive that is packed as a whole', () => {
  const packed = (kind: '.tar.gz' | '.tgz' | '.tar.zst', sizes = SIZES): string => {
    const plain = readFileSync(tar(folderOf(sizes), '--sort=name', '.'));
    const bytes = kind === '.tar.zst' ? pipe('zstd', ['-c'], plain) : pipe('gzip', ['-c'], plain);
    return writeFileIn(temporaryFolder(), `data${kind}`, bytes);
  };
  const foldersOf = (archive: string): string[] => {
    const folder = path.join(path.dirname(archive), '.saccade-unpacked');
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it.each(['.tar.gz', '.tgz', '.tar.zst'] as const)('%s is unpacked once, beside it', async (kind) => {
    if (kind === '.tar.zst' && !hasTool('zstd')) return;
    const archive = packed(kind);
    const unpacked: UnpackedArchive[] = [];
    const options = { onUnpack: (found: UnpackedArchive) => unpacked.push(found) };
    expectContents(await contentsOf(archive, options), expected(SIZES));
    expect(unpacked).toMatchObject([{ location: archive }]);
    expect(foldersOf(archive)).toEqual([path.basename(unpacked[0]!.file)]);
    expectContents(await contentsOf(archive, options), expected(SIZES));
    expect(unpacked).toHaveLength(1);
  });

  it('is unpacked anew when it is another, and the copy of the old one goes', async () => {
    const archive = packed('.tar.gz');
    await contentsOf(archive);
    const old = foldersOf(archive);
    writeFileIn(path.dirname(archive), `.saccade-unpacked/${old[0]!.slice(0, -16)}0123.part`);
    const left = path.join(path.dirname(archive), '.saccade-unpacked', `${old[0]!}.killed.part`);
    writeFileSync(left, 'half');
    utimesSync(left, 1, 1);
    const other = { 'a/0.bin': 33 };
    writeFileSync(archive, readFileSync(packed('.tar.gz', other)));
    expectContents(await contentsOf(archive), expected(other));
    const now = foldersOf(archive);
    expect(now).toHaveLength(2);
    expect(now).not.toContain(old[0]);
    expect(now.filter((name) => name.endsWith('.part'))).toEqual([expect.stringContaining('0123.part')]);
  });

  it('that is cut or damaged is refused, and leaves nothing', async () => {
    const archive = packed('.tar.gz');
    const whole = readFileSync(archive);
    const altered = new Uint8Array(whole);
    altered[whole.length >> 1]! ^= 0x55;
    const checksum = new Uint8Array(whole);
    checksum[whole.length - 6]! ^= 1;
    for (const bytes of [
      whole.subarray(0, whole.length - 4),
      whole.subarray(0, whole.length >> 1),
      whole.subarray(0, 5),
      new Uint8Array(0),
      altered,
      checksum,
      gunzipSync(whole),
    ]) {
      const file = writeFileIn(temporaryFolder(), 'bad.tar.gz', bytes);
      await expect(openSource(file).list()).rejects.toMatchObject({ code: 'BAD_ARCHIVE', path: file });
      expect(foldersOf(file)).toEqual([]);
    }
  });

  it('that unpacks to more than is allowed is refused, and leaves nothing', async () => {
    const archive = packed('.tar.gz');
    await expect(openSource(archive, { maxUnpackedBytes: 100_000 }).list()).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringContaining('--max-unpacked-bytes') as string,
    });
    expect(foldersOf(archive)).toEqual([]);
    const bomb = writeFileIn(temporaryFolder(), 'bomb.tar.gz', gzipSync(new Uint8Array(80 << 20)));
    await expect(openSource(bomb).list()).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringContaining(String(64 << 20)) as string,
    });
    expect(foldersOf(bomb)).toEqual([]);
  });

  it('goes to another folder where that is said, and says where it cannot', async () => {
    const archive = packed('.tar.gz');
    const unpackFolder = path.join(temporaryFolder(), 'new/room');
    expectContents(await contentsOf(archive, { unpackFolder }), expected(SIZES));
    expect(foldersOf(archive)).toEqual([]);
    expect(readdirSync(unpackFolder)).toHaveLength(1);
    writeFileSync(path.join(path.dirname(archive), '.saccade-unpacked'), 'no folder');
    await expect(openSource(archive).list()).rejects.toMatchObject({
      code: 'CANNOT_UNPACK',
      message: expect.stringContaining('unpackFolder') as string,
    });
  });
});

describe.skipIf(!hasTar)('an archive within an archive', () => {
  it('is read by a location that names both', async () => {
    const sizes = { 'a/1.bin': 5000, 'a/2.bin': 10 };
    const inner = readFileSync(tar(folderOf(sizes), 'a'));
    const root = temporaryFolder();
    const outer = writeFileIn(
      root,
      'outer.zip',
      zipSync({
        'x/left.tar': inner,
        'x/right.tar.gz': gzipSync(inner),
        'x/up.zip': zipSync({ 'a/1.bin': seededBytes(5000), 'a/2.bin': seededBytes(10) }),
      }),
    );
    for (const name of ['x/left.tar', 'x/right.tar.gz', 'x/up.zip'])
      expectContents(await contentsOf(`${outer}!${name}`), expected(sizes));
    expect(memberOf(`${outer}!x/left.tar!a/1.bin`)).toEqual({ archive: outer, member: 'x/left.tar!a/1.bin' });
    const stretch = await openEntry(`${outer}!x/right.tar.gz!a/1.bin!7+50`);
    expect(await read(stretch.open())).toEqual(seededBytes(5000).slice(7, 57));
    await expect(openEntry(`${outer}!x/none.tar!a`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
