import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { rows, runPreprocess, writeRecording } from '../helpers/preprocess.ts';
import { pythonWith } from '../helpers/python.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const folder = path.resolve(import.meta.dirname, '../../examples/python');
const python = pythonWith('numpy');

/** Reads a folder as the data set does, with a stand-in for PyTorch where it is wanted. */
const SCRIPT = `
import sys, json, types
examples, folder, events, with_torch = sys.argv[1:5]
sys.path.insert(0, examples)
if with_torch == "yes":
    torch, utils, data = (types.ModuleType(name) for name in ["torch", "torch.utils", "torch.utils.data"])
    class Dataset: pass
    data.Dataset, torch.from_numpy = Dataset, lambda array: ("tensor", array)
    sys.modules.update({"torch": torch, "torch.utils": utils, "torch.utils.data": data})
else:
    sys.modules["torch"] = None
from saccade_dataset import SaccadeDataset
found = {}
for part in [None, "train", "test"]:
    own = SaccadeDataset(folder, part)
    samples = [own[i] for i in range(len(own))]
    if with_torch == "yes":
        assert isinstance(own, Dataset)
        samples = [(frames[1], label) for (frames, label) in samples]
    show = (lambda s: {k: v.tolist() for k, v in s.items()}) if events == "yes" else (lambda s: [s.dtype.str, list(s.shape), float(s.sum())])
    found[str(part)] = [[show(sample), label] for sample, label in samples]
doubled = SaccadeDataset(folder, "test", transform=lambda sample: 2)
print(json.dumps([own.classes, found, doubled[0][0]]))
`;

async function prepared(content: 'frames' | 'events'): Promise<string> {
  const [data, out] = [temporaryFolder(), temporaryFolder()];
  for (const [i, name] of ['train/10/1', 'train/9/1', 'test/9/x'].entries())
    writeRecording(data, `${name}.csv`, rows(6 + i));
  return (await runPreprocess(data, out, { parameters: { content } })).folder;
}

const read = (...args: string[]): unknown => JSON.parse(python!(SCRIPT, folder, ...args));

describe.skipIf(python === null)('the Python data set', () => {
  it.each(['no', 'yes'])('gives frames and labels by part; with PyTorch: %s', async (withTorch) => {
    const frames = (sum: number): unknown[] => ['<f4', [2, 2, 4, 4], sum];
    const train = [
      [frames(7), 0],
      [frames(6), 1],
    ];
    const test = [[frames(8), 0]];
    expect(read(await prepared('frames'), 'no', withTorch)).toEqual([
      ['9', '10'],
      { None: expect.arrayContaining([...train, ...test]), train: expect.arrayContaining(train), test },
      2,
    ]);
  });

  it('gives events', async () => {
    const [, { test }] = read(await prepared('events'), 'yes', 'no') as [unknown, Record<string, unknown>];
    const column = (value: (i: number) => number): number[] => Array.from({ length: 8 }, (_, i) => value(i));
    const place = column((i) => i % 4);
    expect(test).toEqual([[{ t: column((i) => i), x: place, y: place, p: column((i) => i % 2) }, 0]]);
  });

  it('is a class of some 30 lines', () => {
    const text = readFileSync(path.join(folder, 'saccade_dataset.py'), 'utf8');
    const code = text
      .slice(text.indexOf('class '))
      .split('\n')
      .filter((line) => line.trim() !== '');
    expect(code.length).toBeLessThanOrEqual(30);
  });
});
