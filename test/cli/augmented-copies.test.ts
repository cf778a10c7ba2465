import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEventAugmentation } from '../../src/filters/index.ts';
import { saccade } from '../helpers/cli.ts';
import { runPreprocess } from '../helpers/preprocess.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const recordings = path.join(repository, 'examples/recordings/nmnist/Test');
const MODEL = ['--model', path.join(repository, 'models/nmnist.safetensors')];
const SPLIT = ['--split', 'random-1'];
const TRAIN = '--sensor 34x34 --resize 8x8 --width 0.1 --step-us 30000 --steps 4 --epochs 1 --backend engine'.split(' '); // prettier-ignore

/** Copies of recordings without parts: a random split has some of each recording on both sides. */
let copies: string;
const folder = mkdtempSync(path.join(tmpdir(), 'saccade-'));

beforeAll(async () => {
  const data = path.join(folder, 'data');
  for (const label of ['0', '1'])
    cpSync(path.join(recordings, label), path.join(data, label), { recursive: true });
  const { folder: made, failures } = await runPreprocess(data, path.join(folder, 'out'), {
    parameters: {
      ...{ content: 'events', decoding: { format: 'atis40' }, geometry: { width: 34, height: 34 } },
      augmentation: { steps: parseEventAugmentation('event-drop'), seed: 4, copies: 2 },
    },
  });
  expect(failures).toEqual([]);
  copies = made;
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The same files in a zip, in a folder within or not. */
function zipped(root: string, within: string): string {
  const names = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const members = names.map((name) => [
    `${within}${path.relative(root, name).replaceAll('\\', '/')}`,
    new Uint8Array(readFileSync(name)),
  ]);
  const archive = path.join(temporaryFolder(), 'copies.zip');
  writeFileSync(archive, zipSync(Object.fromEntries(members), { level: 0 }));
  return archive;
}

/** The copies with another manifest. */
function withManifest(content: string): string {
  const other = temporaryFolder();
  cpSync(copies, other, { recursive: true });
  writeFileSync(path.join(other, 'manifest.json'), content);
  return other;
}

describe('copies of one recording on both sides of a split', () => {
  const places: readonly (readonly [string, () => string])[] = [
    ['a folder', () => copies],
    ['a folder in the one that is named', () => path.dirname(copies)],
    ['a zip', () => zipped(copies, '')],
    ['a zip of the folder', () => zipped(copies, 'events_np_augmented/')],
  ];

  it.each(places)('are refused in %s, by train and by evaluate', async (_, place) => {
    const data = place();
    const out = path.join(temporaryFolder(), 'm.safetensors');
    for (const command of [
      ['train', data, ...TRAIN, ...SPLIT, '--out', out],
      ['evaluate', data, ...MODEL, ...SPLIT],
    ]) {
      const { code, err } = await saccade(...command);
      expect(code).toBe(3);
      expect(err).toMatch(/error LEAKED_COPIES: .*others of the same recording are for training/);
    }
  });

  it('are measured where all are, or those that were trained on', async () => {
    for (const part of [['all'], ['train', ...SPLIT]])
      expect(await saccade('evaluate', copies, ...MODEL, '--part', ...part)).toMatchObject({ code: 0 });
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -100), /cannot be read as JSON/],
    ['of another version', (text: string) => text.replace('"copies": 2', '"copies": "two"'), /augmentation\.copies/], // prettier-ignore
  ])('a manifest that is %s is no manifest of recordings as they are', async (_, change, message) => {
    const data = withManifest(change(readFileSync(path.join(copies, 'manifest.json'), 'utf8')));
    for (const set of [data, zipped(data, '')]) {
      const { code, err } = await saccade('evaluate', set, ...MODEL, ...SPLIT);
      expect(code).toBe(3);
      expect(err).toMatch(/error BAD_MANIFEST: .*manifest\.json/);
      expect(err).toMatch(message);
    }
  });

  it("are only told by their names where there is another program's manifest", async () => {
    const { code, err } = await saccade('evaluate', withManifest('{"name":"app"}'), ...MODEL, ...SPLIT);
    expect(code).toBe(0);
    expect(err).toMatch(/note: .*_aug\d.* is called as an augmented copy is, .*no manifest says/);
  });
});
