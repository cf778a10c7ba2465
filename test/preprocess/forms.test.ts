/** Forms of outputs: what others read of them, and packs that are true at any time. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { MemoryJobQueue } from '../../src/cluster/index.ts';
import {
  checkOutputs,
  isRefusal,
  outputForms,
  PreprocessError,
  QueueWorker,
  type PreprocessSummary,
} from '../../src/preprocess/index.ts';
import {
  inThread,
  PARAMETERS,
  rows,
  runPreprocess,
  writeRecording,
  type RunOptions,
} from '../helpers/preprocess.ts';
import { pythonWith } from '../helpers/python.ts';
import { treeOf } from '../helpers/tree.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const python = pythonWith('h5py', 'numpy');
const NAMES = outputForms.map(({ name }) => name);
const PACKED = outputForms.filter(({ pack }) => pack !== undefined).map(({ name }) => name);
/** Two samples of {@link data} in a shard. */
const PACK_BYTES = 8000;
let data: string;
let out: string;

beforeEach(() => {
  data = temporaryFolder();
  out = temporaryFolder();
  for (const [i, name] of [
    'train/a/1',
    'train/a/2.b',
    'train/b/1',
    'train/b/3',
    'test/a/7',
    'test/b/8',
  ].entries())
    writeRecording(data, `${name}.csv`, rows(6 + i));
});

const run = (form: string, options: RunOptions = {}, into: string = out): Promise<PreprocessSummary> =>
  runPreprocess(data, into, {
    ...options,
    parameters: { form, packBytes: PACK_BYTES, ...options.parameters },
  });

async function fresh(form: string): Promise<Record<string, string>> {
  const into = temporaryFolder();
  await run(form, {}, into);
  return treeOf(into);
}

const filesOf = (into: string = out): string[] =>
  readdirSync(into, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(into, name)).isFile() && !/journal|manifest/.test(name))
    .sort();

async function expectWhole(form: string): Promise<void> {
  expect(treeOf(out)).toEqual(await fresh(form));
  expect(await checkOutputs(out)).toMatchObject([{ missing: [], changed: [], extra: [] }]);
}

/**
 * Samples as their readers give them: part, class, sum of frames by step, shape, type. Tonic's rule of `load_from_disk_cache`,
 * WebDataset's of keys and extensions, safetensors' header.
 */
const READ = `
import sys, os, io, json, glob, tarfile, struct, numpy as np, h5py
form, root = sys.argv[1:3]
found = []
def take(part, label, frames):
    found.append([part, int(label), frames.sum(axis=(1, 2, 3)).astype(int).tolist(), list(frames.shape), frames.dtype.str])
classes = ["a", "b"]
for part in ["train", "test"]:
    if form == "npz":
        for name in glob.glob(f"{root}/{part}/*/*.npz"):
            take(part, classes.index(name.split("/")[-2]), np.load(name)["frames"])
    if form == "safetensors":
        for name in glob.glob(f"{root}/{part}/*/*.safetensors"):
            raw = open(name, "rb").read()
            n = struct.unpack("<Q", raw[:8])[0]
            header = json.loads(raw[8:8 + n])
            def tensor(key):
                a, b = header[key]["data_offsets"]
                kind = {"U8": "u1", "U16": "<u2", "F64": "<f8", "I64": "<i8"}[header[key]["dtype"]]
                return np.frombuffer(raw[8 + n + a:8 + n + b], kind).reshape(header[key]["shape"])
            assert classes[tensor("label")] == header["__metadata__"]["class"]
            take(part, tensor("label"), tensor("frames"))
    if form == "tonic":
        count = len([n for n in os.listdir(f"{root}/{part}") if n.endswith(".hdf5")])
        for i in range(count):
            with h5py.File(f"{root}/{part}/{i}_0.hdf5", "r") as f:
                assert list(f["data"].keys()) == ["0"] and list(f["target"].keys()) == ["0"]
                take(part, f["target/0"][()], f["data/0"][()])
    if form == "webdataset":
        for name in sorted(glob.glob(f"{root}/{part}-*.tar")):
            samples = {}
            with tarfile.open(name) as tar:
                for member in tar:
                    folder, _, base = member.name.rpartition("/")
                    key, _, ext = base.partition(".")
                    assert member.mtime == 0
                    samples.setdefault(folder + "/" + key, {})[ext] = tar.extractfile(member).read()
            for key, sample in samples.items():
                assert sorted(sample) == ["cls", "json", "npz"], sample.keys()
                about = json.loads(sample["json"])
                frames = np.load(io.BytesIO(sample["npz"]))["frames"]
                assert about["events"] == frames.sum() and classes[int(sample["cls"])] == about["class"] == key.split("/")[1]
                take(part, sample["cls"], frames)
print(json.dumps(sorted(found)))
`;

describe.skipIf(python === null)('what others read', () => {
  it.each(['uint8', 'float64'] as const)('is the same in every form, as %s', async (dtype) => {
    const read: unknown[] = [];
    for (const form of NAMES) {
      const { folder } = await run(form, { parameters: { dtype } });
      read.push(JSON.parse(python!(READ, form, folder)));
    }
    const [first] = read as unknown[][];
    expect(first).toHaveLength(6);
    expect(first).toContainEqual(['test', 1, [5, 6], [2, 2, 4, 4], dtype === 'uint8' ? '|u1' : '<f8']);
    for (const other of read) expect(other).toEqual(first);
  });
});

describe.each(NAMES)('the form %s', (form) => {
  it('is the same tree by one worker, by two, through a queue, and after an interruption', async () => {
    const expected = await fresh(form);
    const { files } = (await run(form, { workers: 1 }), (await checkOutputs(out))[0]!);
    expect(files).toBeGreaterThan(0);
    expect(treeOf(out)).toEqual(expected);
    rmSync(out, { recursive: true });

    const queue = new MemoryJobQueue();
    onTestFinished(() => queue.close());
    const worker = new QueueWorker({
      version: 'test',
      slots: 2,
      shares: [data, out].map((folder) => ({ here: folder, there: folder })),
      createRunner: (setting) => inThread(setting),
    });
    await queue.work(worker.handle, { slots: 2, retryMs: 5, isRefusal, onProblem: () => undefined });
    mkdirSync(out);
    await run(form, { queue: { queue, visibleWithinMs: 100 } });
    expect(treeOf(out)).toEqual(expected);
    rmSync(out, { recursive: true });

    const abort = new AbortController();
    let begun = 0;
    const before = (): void => {
      if (++begun === 3) abort.abort();
    };
    const stopped = await run(form, { workers: 1, batchBytes: 1, signal: abort.signal, before });
    expect(stopped).toMatchObject({ complete: false, written: 3, packs: 0 });
    expect(await run(form)).toMatchObject({ complete: true, reused: 3, written: 3 });
    expect(treeOf(out)).toEqual(expected);
    const times = filesOf().map((name) => statSync(path.join(out, name)).mtimeMs);
    expect(await run(form)).toMatchObject({ reused: 6, written: 0, strangers: [] });
    expect(filesOf().map((name) => statSync(path.join(out, name)).mtimeMs)).toEqual(times);
  });

  it('lies beside the others, and states classes as they are numbered now', async () => {
    const { folder } = await run(form);
    expect(path.basename(folder)).toBe(`frames_number_2_split_by_number${form === 'npz' ? '' : `_${form}`}`);
    // Between the two: the second one's number is higher now.
    writeRecording(data, 'train/A/1.csv', rows(9));
    const summary = await run(form);
    const remade = outputForms.find(({ name }) => name === form)!.statesLabel ? 4 : 1;
    expect(summary).toMatchObject({ written: remade, stale: remade - 1, failures: [] });
    await expectWhole(form);
  });
});

describe.each(PACKED)('packs of the form %s', (form) => {
  const packs = (): string[] => filesOf().filter((name) => !name.endsWith('.npz'));

  it('hold everything, in files of the size that was asked for', async () => {
    const { packs: count, folder } = await run(form);
    expect(filesOf()).toHaveLength(count);
    if (form === 'webdataset') {
      expect(filesOf(folder)).toEqual(
        ['test-000000.tar', 'train-000000.tar', 'train-000001.tar'].map((name) => name),
      );
      for (const name of packs()) expect(statSync(path.join(out, name)).size).toBeLessThanOrEqual(PACK_BYTES);
    } else expect(filesOf(folder)).toEqual([...[0, 1].map((i) => `test/${i}_0.hdf5`), ...[0, 1, 2, 3].map((i) => `train/${i}_0.hdf5`)]); // prettier-ignore
  });

  it('are made anew when one is damaged, gone, or of a changed recording', async () => {
    await run(form);
    const [first, second] = packs() as [string, string];
    const bytes = readFileSync(path.join(out, first));
    bytes[bytes.length - 1500]! ^= 1;
    writeFileSync(path.join(out, first), bytes);
    rmSync(path.join(out, second));
    const { written, reused } = await run(form);
    expect(written).toBeGreaterThan(0);
    expect(reused).toBeGreaterThan(0);
    await expectWhole(form);
    writeRecording(data, 'train/b/1.csv', rows(40));
    expect(await run(form)).toMatchObject({ written: 1, stale: 1, reused: 5 });
    await expectWhole(form);
  });

  it('take in new recordings, leave out those that fail, and let go of those that are gone', async () => {
    await run(form);
    writeRecording(data, 'train/a/10.csv', rows(8));
    writeRecording(data, 'train/a/0.csv', []);
    expect(await run(form)).toMatchObject({ written: 1, reused: 6, failures: [{ id: 'train/a/0.csv' }] });
    await expectWhole(form);
    rmSync(path.join(data, 'train/a'), { recursive: true });
    const kept = await run(form);
    expect(kept.orphans).toHaveLength(3);
    expect(filesOf().filter((name) => name.includes('/train/a/'))).toEqual([...kept.orphans].sort());
    expect(await checkOutputs(out)).toMatchObject([{ missing: [], changed: [], extra: [] }]);
    expect(await run(form, { prune: true })).toMatchObject({ pruned: true });
    await expectWhole(form);
  });

  it('are true after a kill: in front of the journal, behind it, or while they were written', async () => {
    const { folder } = await run(form);
    const journal = path.join(folder, '.saccade-journal.jsonl');
    const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
    const whole = path.join(temporaryFolder(), 'whole');
    cpSync(out, whole, { recursive: true });
    // Not yet recorded: the files that are there are nobody's, and outputs are made anew.
    writeFileSync(journal, `${lines.filter((line) => !line.startsWith('{"pack"')).join('\n')}\n`);
    expect(await run(form)).toMatchObject({ written: 6, strangers: [] });
    await expectWhole(form);
    // Recorded, and the outputs not yet removed; a part of the next one; a line that is torn.
    const loose = path.join(folder, `train/a/1${outputForms.find(({ name }) => name === form)!.extension}`);
    mkdirSync(path.dirname(loose), { recursive: true });
    writeFileSync(loose, 'x');
    writeFileSync(path.join(folder, 'train-000009.tar.123.part'), 'x');
    writeFileSync(journal, '{"pack":{"path":"', { flag: 'a' });
    expect(await run(form)).toMatchObject({ written: 0, reused: 6 });
    expect(existsSync(loose)).toBe(false);
    await expectWhole(form);
    expect(treeOf(out)).toEqual(treeOf(whole));
  });

  it('may not be elsewhere, whatever a journal says', async () => {
    const { folder } = await run(form);
    const journal = path.join(folder, '.saccade-journal.jsonl');
    const victim = path.join(out, 'victim.tar');
    writeFileSync(victim, 'mine');
    const pack = { bytes: 4, sha256: '0', key: '0', outputs: [] };
    for (const name of ['victim.tar', `${path.basename(folder)}/../victim.tar`, '/etc/passwd'])
      writeFileSync(journal, `${JSON.stringify({ pack: { ...pack, path: name } })}\n`, { flag: 'a' });
    await run(form);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  });
});

it('windows are samples of their own, numbered on', async () => {
  const rule = { ...PARAMETERS.rule, binning: { by: 'fixed-count', stepEvents: 2, steps: 2 } } as const;
  const { folder } = await run('tonic', { parameters: { rule, windows: 'all' } });
  expect(filesOf(folder)).toEqual([
    ...Array.from({ length: 4 }, (_, i) => `test/${i}_0.hdf5`),
    ...Array.from({ length: 6 }, (_, i) => `train/${i}_0.hdf5`),
  ].sort()); // prettier-ignore
});

it('names that are one without their dots are refused where dots may not be', async () => {
  writeRecording(data, 'train/a/2_b.csv', rows(6));
  await expect(run('webdataset')).rejects.toMatchObject({ code: 'SAME_OUTPUT' });
  await expect(run('tonic')).resolves.toMatchObject({ written: 7 });
});

it('a form that is none is refused', async () => {
  await expect(run('parquet')).rejects.toThrow(/form must be one of npz, tonic, webdataset, safetensors/);
  expect(new PreprocessError('OUTPUT_CHANGED', 'x').code).toBe('OUTPUT_CHANGED');
});
