import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pipedRecording } from '../../src/cli/standard-input.ts';
import { batchFromTuples } from '../../src/events/index.ts';
import { createDecoder, createEncoder } from '../../src/formats/index.ts';
import { saccade } from '../helpers/cli.ts';
import { decodeAll } from '../helpers/decode.ts';
import { encodeAll } from '../helpers/round-trip.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const events = batchFromTuples(
  Array.from({ length: 100 }, (_, i) => [10 * i, i, i, i % 2] as const),
  { width: 128, height: 128 },
);
const good = encodeAll(createEncoder('aedat2'), events);

/** Two recordings, one of them in a subfolder, and a text that is none. */
function folderOf(...names: readonly string[]): string {
  const folder = temporaryFolder();
  for (const name of names) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), /bad|notes/.test(name) ? 'Once upon a time' : good);
  }
  return folder;
}

function lines(out: string): Record<string, unknown>[] {
  return out.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
}

describe('inspect takes several', () => {
  it('files, a folder without classes, a pattern, an archive: one JSON object each, in natural order', async () => {
    const folder = folderOf('b10.aedat', 'b2.aedat', 'notes.md');
    const archive = path.join(folder, 'all.zip');
    const files = ['b2.aedat', 'b10.aedat'].map((name) => path.join(folder, name));
    const byWords = await saccade('inspect', ...files, '--json');
    expect(byWords).toMatchObject({ code: 0, err: '' });
    expect(lines(byWords.out)).toMatchObject(files.map((file) => ({ file, events: 100 })));
    const byFolder = await saccade('inspect', folder, '--json');
    expect(byFolder).toMatchObject({ code: 0, out: byWords.out });
    expect(byFolder.err).toMatch(/note: .*: 1 file is no recording/);
    const byPattern = await saccade('inspect', path.join(folder, '*.ae{dat,x}'), '--json');
    expect(byPattern).toEqual(byWords);
    writeFileSync(archive, zipSync({ 'x/1.aedat': good, 'x/2.aedat': good }));
    const byArchive = await saccade('inspect', archive, '--json');
    expect(lines(byArchive.out).map(({ file }) => file)).toEqual([
      `${archive}!x/1.aedat`,
      `${archive}!x/2.aedat`,
    ]);
  });

  it('tar archives, a folder of them and their members, as the files that they hold', async () => {
    const folder = folderOf('x/a.aedat', 'x/b.aedat');
    const packed = temporaryFolder();
    for (const name of ['left.tar', 'right.tar.gz'])
      execFileSync('tar', [name.endsWith('gz') ? '-czf' : '-cf', path.join(packed, name), '-C', folder, 'x']);
    const wanted = lines((await saccade('inspect', folder, '--json')).out);
    for (const name of ['left.tar', 'right.tar.gz']) {
      const archive = path.join(packed, name);
      const { code, out, err } = await saccade('inspect', archive, '--json');
      expect(code).toBe(0);
      expect(err === '').toBe(name === 'left.tar');
      const files = ['a', 'b'].map((member) => `${archive}!x/${member}.aedat`);
      expect(lines(out)).toEqual(wanted.map((line, i) => ({ ...line, file: files[i] })));
      const member = await saccade('inspect', files[1]!, '--json');
      expect(lines(member.out)).toEqual(lines(out).slice(1));
    }
    const all = lines((await saccade('inspect', packed, '--json')).out);
    expect(all).toHaveLength(4);
    const output = path.join(temporaryFolder(), 'b.dat');
    expect(await saccade('convert', `${path.join(packed, 'left.tar')}!x/b.aedat`, output)).toMatchObject({
      code: 0,
    });
    expect(await saccade('convert', output, `${path.join(packed, 'left.tar')}!x/c.dat`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('is inside an archive') as string,
    });
    expect(await saccade('index', `${path.join(packed, 'left.tar')}!x/b.aedat`)).toMatchObject({ code: 3 });
  });

  it('some fail: exit code 4, each is named, the others are told', async () => {
    const folder = folderOf('a.aedat', 'bad.bin', 'c.aedat');
    const { code, out, err } = await saccade('inspect', folder, '--json');
    expect(code).toBe(4);
    expect(err).toMatch(/^error NOT_A_RECORDING: .*bad\.bin: [^\n]*\n$/);
    expect(lines(out)).toMatchObject([
      { events: 100 },
      { file: path.join(folder, 'bad.bin'), error: { code: 'NOT_A_RECORDING' } },
      { events: 100 },
    ]);
  });

  it('all fail: the exit code of their failure', async () => {
    expect(await saccade('inspect', folderOf('bad1.bin', 'bad2.bin'))).toMatchObject({ code: 3 });
  });

  it('nothing is there: exit code 3 and what was asked for', async () => {
    const folder = folderOf('notes.md');
    for (const location of [folder, path.join(folder, '*.aedat'), path.join(folder, 'no.aedat')]) {
      expect(await saccade('inspect', location)).toMatchObject({
        code: 3,
        err: expect.stringContaining(location),
      });
    }
  });
});

describe('convert takes several', () => {
  const args = ['--to', 'dat'] as const;

  it.each(['out/', '--out-dir'])('into a folder, %s, with their paths below what was named', async (how) => {
    const folder = folderOf('in/a.aedat', 'in/sub/a.aedat', 'in/sub/b.aedat');
    const out = path.join(folder, 'out');
    const input = path.join(folder, 'in');
    const words = how === 'out/' ? [input, `${out}/`] : [input, '--out-dir', out];
    const { code, out: text } = await saccade('convert', ...words, ...args, '--json');
    expect(code).toBe(0);
    expect(lines(text)).toHaveLength(3);
    expect(readdirSync(out, { recursive: true }).map(String).sort()).toEqual(
      ['a.dat', 'sub', 'sub/a.dat', 'sub/b.dat'].map(path.normalize),
    );
    const decoder = createDecoder({ format: 'dat' });
    expect(decodeAll(decoder, new Uint8Array(readFileSync(path.join(out, 'sub/b.dat')))).length).toBe(100);
  });

  it('one that fails leaves nothing and does not stop the others; what is there stays', async () => {
    const folder = folderOf('in/a.aedat', 'in/bad.bin', 'in/c.aedat');
    const out = path.join(folder, 'out');
    mkdirSync(out);
    writeFileSync(path.join(out, 'c.dat'), 'precious');
    const { code, err } = await saccade('convert', path.join(folder, 'in'), `${out}/`, ...args);
    expect(code).toBe(4);
    expect(err).toMatch(/NOT_A_RECORDING.*bad\.bin/);
    expect(err).toMatch(/c\.aedat.*is there already.*--force/);
    expect(readdirSync(out).sort()).toEqual(['a.dat', 'c.dat']);
    expect(readFileSync(path.join(out, 'c.dat'), 'utf8')).toBe('precious');
  });

  it('two with one output are refused before anything is written', async () => {
    const folder = folderOf('x/a.aedat', 'y/a.aedat');
    const words = ['x', 'y'].map((name) => path.join(folder, name, 'a.aedat'));
    const out = path.join(folder, 'out');
    const { code, err } = await saccade('convert', ...words, `${out}/`, ...args);
    expect(code).toBe(2);
    for (const word of words) expect(err).toContain(word);
    expect(readdirSync(folder).sort()).toEqual(['x', 'y']);
  });

  it('needs a folder, and the format', async () => {
    const folder = folderOf('a.aedat', 'b.aedat');
    const out = path.join(folder, 'out');
    expect(await saccade('convert', folder, out, ...args)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/2 recordings.*--out-dir/),
    });
    expect(await saccade('convert', folder, `${out}/`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--to'),
    });
    expect(await saccade('convert', folder)).toMatchObject({
      code: 2,
      err: expect.stringContaining('output'),
    });
    expect(await saccade('convert', path.join(folder, 'a.aedat'), folder, ...args)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`${folder}/`),
    });
  });
});

describe('standard input', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
    yield* parts;
  }
  async function read(entry: { open: () => AsyncIterable<Uint8Array> }, most = Infinity): Promise<Buffer> {
    const all: Uint8Array[] = [];
    for await (const chunk of entry.open()) {
      all.push(Uint8Array.from(chunk));
      if (all.length >= most) break;
    }
    return Buffer.concat(all);
  }

  it('can be opened again while it is young, whatever its stream does with its memory', async () => {
    const shared = Buffer.from('ab');
    async function* reused(): AsyncGenerator<Uint8Array> {
      yield shared;
      shared.write('cd');
      yield shared;
    }
    const entry = pipedRecording(reused());
    expect(String(await read(entry, 1))).toBe('ab');
    expect(String(await read(entry))).toBe('abcd');
    expect(String(await read(entry))).toBe('abcd');
  });

  it('cannot be read twice', async () => {
    const entry = pipedRecording(chunks(new Uint8Array(800_000), new Uint8Array(800_000)));
    expect((await read(entry)).length).toBe(1_600_000);
    await expect(read(entry)).rejects.toThrow('only once');
    expect(await saccade('inspect', '-', '-')).toMatchObject({
      code: 3,
      err: expect.stringContaining('only once'),
    });
  });
});

it('classify calls recordings of one name by where they are', async () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const seven = readFileSync(path.join(root, 'examples/recordings/nmnist/Test/7/00001.bin'));
  const folder = temporaryFolder();
  const files = ['a/1.bin', 'b/1.bin', 'b/2.bin'].map((name) => path.join(folder, name));
  for (const name of ['a', 'b']) mkdirSync(path.join(folder, name));
  for (const file of files) writeFileSync(file, seven);
  const model = path.join(root, 'models/nmnist.safetensors');
  const names = async (...words: readonly string[]): Promise<unknown[]> => {
    const { out } = await saccade('classify', ...words, '--model', model, '--json');
    return [...new Set(lines(out).map(({ recording }) => recording))];
  };
  const apart = [files[0], files[1], '2.bin'];
  expect(await names(...files)).toEqual(apart);
  expect(await names(path.join(folder, '*/*.bin'))).toEqual(apart);
  expect(await names(folder)).toEqual(['a/1.bin', 'b/1.bin', 'b/2.bin']);
  expect(await names(...files.slice(1))).toEqual(['1.bin', '2.bin']);
});
