import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync, type Stats } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { zipSync } from 'fflate';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openEntry, openSource } from '../../datasets/index.ts';
import { fileChunks, WHOLE_BYTES } from '../../datasets/sources/file-chunks.ts';
import { reusedChunks } from '../../datasets/sources/reused-chunks.ts';
import { joinBytes } from '../../src/formats/bytes.ts';
import { seededBytes } from '../helpers/seeded-bytes.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** By how much files grow between the look at their size and reading them. */
let growth = 0;
/** How much later than asked for files are read. */
let delayMs = 0;
vi.mock(import('node:fs'), async (original) => {
  const fs = await original();
  const { promisify } = await import('node:util');
  const { setTimeout: wait } = await import('node:timers/promises');
  const fstatSync = ((file: number): Stats => {
    const found = fs.fstatSync(file);
    found.size -= growth;
    return found;
  }) as typeof fs.fstatSync;
  const readAt = promisify(fs.read) as (...given: unknown[]) => Promise<unknown>;
  const later = async (...given: unknown[]): Promise<unknown> => {
    if (delayMs > 0) await wait(delayMs);
    return readAt(...given);
  };
  const read = Object.assign(() => undefined, { [promisify.custom]: later }) as unknown as typeof fs.read;
  return { ...fs, fstatSync, read };
});
afterEach(() => {
  growth = 0;
  delayMs = 0;
});

async function read(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: Uint8Array; chunks: number }> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
  return { bytes: joinBytes(parts), chunks: parts.length };
}

function fileOf(bytes: Uint8Array, name = 'a.bin'): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, bytes);
  return file;
}

describe('the chunks of a file', () => {
  it.each([
    [0, 0],
    [1, 1],
    [5000, 1],
    [WHOLE_BYTES, 1],
    [WHOLE_BYTES + 1, 5],
  ])('of %i bytes are %i', async (length, count) => {
    const bytes = seededBytes(length);
    const found = await read(fileChunks(fileOf(bytes)));
    expect(found.chunks).toBe(count);
    expect(Buffer.compare(found.bytes, bytes)).toBe(0);
  });

  it.each([1, 2, 300_000])('hold what it grew by meanwhile: %i bytes', async (more) => {
    const bytes = seededBytes(600_000);
    growth = more;
    expect(Buffer.compare((await read(fileChunks(fileOf(bytes)))).bytes, bytes)).toBe(0);
  });

  it('end where it was cut meanwhile', async () => {
    const bytes = seededBytes(1000);
    growth = -500;
    expect(Buffer.compare((await read(fileChunks(fileOf(bytes)))).bytes, bytes)).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')('of files without a size are read too', async () => {
    expect((await read(fileChunks('/proc/self/status'))).bytes.length).toBeGreaterThan(100);
  });

  it('say that there is none when they are asked for', async () => {
    await expect(read(fileChunks('/nowhere/a.bin'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the chunks of a file in reused memory', () => {
  const lengths = [0, 1, 65_535, 65_536, 65_537, 327_680, 327_681, 1_000_000];

  it.each(lengths)('hold all of it: %i bytes', async (length) => {
    const bytes = seededBytes(length);
    expect(Buffer.compare((await read(reusedChunks(fileOf(bytes)))).bytes, bytes)).toBe(0);
  });

  it.each(lengths)('hold a stretch of it: %i bytes', async (length) => {
    const bytes = seededBytes(length + 20);
    const found = await read(reusedChunks(fileOf(bytes), 7, length + 7));
    expect(Buffer.compare(found.bytes, bytes.subarray(7, length + 7))).toBe(0);
  });

  it("are nobody else's where the reader before stopped while more was on its way", async () => {
    const file = fileOf(seededBytes(700_000));
    delayMs = 60;
    let seen = 0;
    for await (const { length } of reusedChunks(file)) if ((seen += length) > 65_536) break;
    delayMs = 0;
    const parts: Uint8Array[] = [];
    for await (const chunk of reusedChunks(file)) {
      await setTimeout(40);
      parts.push(new Uint8Array(chunk));
    }
    expect(Buffer.compare(joinBytes(parts), seededBytes(700_000))).toBe(0);
  });

  it.skipIf(process.platform !== 'linux')(
    'take memory that was taken before, and close what they opened',
    async () => {
      const file = fileOf(seededBytes(700_000));
      const buffers = new Set<ArrayBufferLike>();
      for (let i = 0; i < 50; i++) for await (const { buffer } of reusedChunks(file)) buffers.add(buffer);
      expect(buffers.size).toBeLessThan(14);
      const opened = readdirSync('/proc/self/fd').map((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`);
        } catch {
          return '';
        }
      });
      expect(opened).not.toContain(file);
    },
  );

  it('say that there is none when they are asked for', async () => {
    await expect(read(reusedChunks('/nowhere/a.bin'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a folder', () => {
  it('lists dead links, which say so when they are opened', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'x'));
    writeFileSync(path.join(folder, 'x/1.bin'), 'abc');
    symlinkSync('/nowhere', path.join(folder, 'x/2.bin'));
    const entries = await openSource(folder).list();
    expect(entries.map(({ id, bytes }) => [id, bytes])).toEqual([
      ['x/1.bin', 3],
      ['x/2.bin', 0],
    ]);
    await expect(read(entries[1]!.open())).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the members of an archive', () => {
  const sizes = [0, 1, 70_000, WHOLE_BYTES + 1];

  it.each([0, 6] as const)('come whole, whatever their size (level %i)', async (level) => {
    const files = Object.fromEntries(sizes.map((size) => [`${size}.bin`, seededBytes(size)]));
    const source = openSource(fileOf(zipSync(files, { level }), 'all.zip'));
    for (const entry of await source.list()) {
      const { bytes } = await read(entry.open());
      expect([entry.id, entry.bytes, Buffer.compare(bytes, files[entry.id]!)]).toEqual([
        entry.id,
        bytes.length,
        0,
      ]);
    }
    await source.close();
  });

  it.each(sizes.slice(1))('are refused if their checksum is wrong (%i bytes)', async (size) => {
    for (const level of [0, 6] as const) {
      const archive = zipSync({ 'a.bin': seededBytes(size) }, { level });
      // The checksum in the directory.
      archive[archive.length - 22 - 46 - 'a.bin'.length + 16]! ^= 1;
      const entry = await openEntry(`${fileOf(archive, 'bad.zip')}!a.bin`);
      await expect(read(entry.open())).rejects.toMatchObject({
        code: 'BAD_ARCHIVE',
        message: expect.stringContaining('checksum'),
      });
    }
  });

  it.each([
    ['more', -1],
    ['less', 1],
  ])('are refused if they hold %s than their entry says', async (_, difference) => {
    const archive = zipSync({ 'a.bin': seededBytes(5000) }, { level: 6 });
    const view = new DataView(archive.buffer);
    view.setUint32(archive.length - 22 - 46 - 'a.bin'.length + 24, 5000 + difference, true);
    const entry = await openEntry(`${fileOf(archive, 'bad.zip')}!a.bin`);
    await expect(read(entry.open())).rejects.toMatchObject({ code: 'BAD_ARCHIVE' });
  });

  it('are not read from a closed archive, whose handle may be another file by now', async () => {
    const source = openSource(fileOf(zipSync({ 'a.bin': seededBytes(5000) }), 'a.zip'));
    const [entry] = await source.list();
    await source.close();
    await expect(read(entry!.open())).rejects.toMatchObject({
      code: 'BAD_ARCHIVE',
      message: expect.stringContaining('closed'),
    });
  });
});
