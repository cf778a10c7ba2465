/** Copies of recordings with filters drawn for their events. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpzFrames } from '../../datasets/index.ts';
import { batchFromTuples, concatBatches, type EventBatch } from '../../src/events/index.ts';
import { drawFiltersOf, FilterChain, filterSpec, parseEventAugmentation } from '../../src/filters/index.ts';
import { binRecording } from '../../src/frames/index.ts';
import {
  checkOutputs,
  type DrawnCopy,
  type PreprocessParameters,
  type PreprocessSummary,
} from '../../src/preprocess/index.ts';
import { saccade } from '../helpers/cli.ts';
import {
  framesBelow,
  PARAMETERS,
  rows,
  runPreprocess,
  writeRecording,
  type Row,
} from '../helpers/preprocess.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { treeOf } from '../helpers/tree.ts';

const STEPS = parseEventAugmentation('flip:0.5,noise:9000|drop-random:0.9|drop-time:0.5,reverse-time:0.5');
const SENSOR = { width: 4, height: 4 };

function augmented(copies: number, seed = 1): Partial<PreprocessParameters> {
  return { augmentation: { steps: STEPS, seed, copies } };
}

/** Events of some time, so that there is something to draw from. */
const long = (from: number): Row[] =>
  rows(60, from).map(([t, ...rest], i) => [t + 200 * i, ...rest] as const);

/** Three recordings for training, two for testing. */
function dataset(): string {
  const root = temporaryFolder();
  for (const [i, name] of ['train/a/1', 'train/a/2', 'train/b/1', 'test/a/1', 'test/b/1'].entries())
    writeRecording(root, `${name}.csv`, long(1000 * i));
  return root;
}

interface ManifestOutput {
  readonly id: string;
  readonly path: string;
  readonly drawn?: DrawnCopy;
}

function manifestOf({ folder }: PreprocessSummary): {
  readonly recordings: number;
  readonly parameters: PreprocessParameters;
  readonly outputs: readonly ManifestOutput[];
} {
  return JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as never;
}

describe('copies of recordings', () => {
  it('are what the filters that the manifest states make of them; what is for testing stays as it is', async () => {
    const [root, out] = [dataset(), temporaryFolder()];
    const summary = await runPreprocess(root, out, { parameters: augmented(4) });
    expect(summary).toMatchObject({ total: 14, written: 14, failures: [] });
    expect(path.basename(summary.folder)).toBe('frames_number_2_split_by_number_augmented');
    const { outputs, recordings, parameters } = manifestOf(summary);
    expect(recordings).toBe(5);
    expect(parameters.augmentation).toEqual({ steps: STEPS, seed: 1, copies: 4 });
    const kinds = new Set<string>();
    for (const { path: file, id, drawn } of outputs) {
      const frames = readNpzFrames(readFileSync(path.join(out, file)), file);
      const [, part, label, name] = /\/(\w+)\/(\w)\/(\w+)\.npz$/.exec(file)!;
      const from =
        1000 *
        ['train/a/1', 'train/a/2', 'train/b/1', 'test/a/1', 'test/b/1'].indexOf(
          `${part}/${label}/${name![0]}`,
        );
      const events = batchFromTuples(long(from), SENSOR);
      if (part === 'test') {
        expect(drawn).toBeUndefined();
        expect([...frames.data]).toEqual(framesOf(events));
        continue;
      }
      expect(name).toBe(`${name![0]}_aug${drawn!.copy}`);
      expect(drawn!.filters).toEqual(drawFiltersOf({ steps: STEPS, seed: 1 }, drawn!.copy, `train: ${id}`));
      for (const { filter } of drawn!.filters) kinds.add(filter);
      const chain = new FilterChain(drawn!.filters.map(filterSpec));
      const left = concatBatches([...chain.push(events), ...chain.finish()]);
      expect([...frames.data]).toEqual(framesOf(left));
    }
    expect([...kinds].sort()).toEqual(['drop', 'flip', 'noise', 'reverse-time']);
  });

  it('have the same bytes by any number of workers, after an interruption, and when recordings are added', async () => {
    const root = dataset();
    const [one, many, broken, other] = [0, 0, 0, 0].map(() => temporaryFolder());
    const { folder } = await runPreprocess(root, one!, { parameters: augmented(3), workers: 1 });
    await runPreprocess(root, many!, { parameters: augmented(3), workers: 4 });
    expect(treeOf(many!)).toEqual(treeOf(one!));

    const stop = new AbortController();
    let jobs = 0;
    const before = (): void => {
      if (++jobs === 5) stop.abort(new Error('stop'));
    };
    const first = await runPreprocess(root, broken!, {
      parameters: augmented(3),
      before,
      batchBytes: 1,
      signal: stop.signal,
    });
    expect(first.complete).toBe(false);
    const second = await runPreprocess(root, broken!, { parameters: augmented(3) });
    expect(second.reused).toBe(first.written);
    expect(treeOf(broken!)).toEqual(treeOf(one!));

    await runPreprocess(root, other!, { parameters: augmented(3, 2) });
    expect(treeOf(other!)).not.toEqual(treeOf(one!));
    expect(framesBelow(other!)).toEqual(framesBelow(one!));
    await expect(runPreprocess(root, one!, { parameters: augmented(3, 2) })).rejects.toMatchObject({
      code: 'OTHER_PARAMETERS',
    });

    // It comes in front of all others.
    writeRecording(root, 'train/a/0.csv', long(9000));
    const added = await runPreprocess(root, one!, { parameters: augmented(3) });
    expect(added).toMatchObject({ reused: 11, written: 3, stale: 0 });
    expect(await checkOutputs(folder)).toMatchObject([{ files: 14, missing: [], changed: [], extra: [] }]);
  });

  it('of a changed recording are all made anew, and those that another version drew otherwise', async () => {
    const [root, out] = [dataset(), temporaryFolder()];
    const { folder } = await runPreprocess(root, out, { parameters: augmented(3) });
    writeRecording(root, 'train/a/2.csv', long(5));
    expect(await runPreprocess(root, out, { parameters: augmented(3) })).toMatchObject({
      stale: 3,
      reused: 8,
    });
    const journal = path.join(folder, '.saccade-journal.jsonl');
    const text = readFileSync(journal, 'utf8');
    writeFileSync(
      journal,
      text.replace(/"copy":1,"filters":\[/, '"copy":1,"filters":[{"filter":"transpose"},'),
    );
    expect(await runPreprocess(root, out, { parameters: augmented(3) })).toMatchObject({
      stale: 1,
      reused: 10,
    });
  });

  it('may be events, and packed', async () => {
    const [root, out] = [dataset(), temporaryFolder()];
    const events = await runPreprocess(root, out, { parameters: { ...augmented(2), content: 'events' } });
    expect(path.basename(events.folder)).toBe('events_np_augmented');
    const packed = await runPreprocess(root, out, { parameters: { ...augmented(2), form: 'webdataset' } });
    expect(packed).toMatchObject({ written: 8, packs: 2, failures: [] });
    expect(await checkOutputs(packed.folder)).toMatchObject([{ files: 2, missing: [], changed: [] }]);
  });

  it('of which nothing is left are failures of their own', async () => {
    const [root, out] = [dataset(), temporaryFolder()];
    const steps = parseEventAugmentation('drop-random:1');
    const binning = { by: 'fixed-duration', stepMicros: 1000, steps: 2 } as const;
    const summary = await runPreprocess(root, out, {
      parameters: {
        rule: { ...PARAMETERS.rule, binning },
        augmentation: { steps, seed: 1, copies: 30 },
      },
    });
    expect(summary.failures.length).toBeGreaterThan(0);
    expect(summary.failures.every(({ error }) => error.startsWith('EMPTY_RECORDING'))).toBe(true);
    expect(summary.written + summary.failures.length).toBe(92);
  });

  it.each([
    [{ copies: 0 }, 'copies'],
    [{ copies: 1.5 }, 'copies'],
    [{ seed: -1 }, 'seed'],
    [{ steps: [[{ operation: 'roll', amount: 1 }]] }, 'augment'],
  ])('that cannot be are refused before anything is written: %j', async (wrong, option) => {
    const [root, out] = [dataset(), temporaryFolder()];
    const augmentation = { steps: STEPS, seed: 1, copies: 2, ...wrong };
    await expect(runPreprocess(root, out, { parameters: { augmentation } })).rejects.toMatchObject({
      option,
    });
    expect(framesBelow(out)).toEqual([]);
  });
});

describe('saccade preprocess --augment', () => {
  it('says what has copies, and of what there are none', async () => {
    const out = temporaryFolder();
    const flags = ['--out', out, '--sensor', '4x4', '--geometry', '4x4', '--steps', '2'];
    const parts = await saccade(
      'preprocess',
      dataset(),
      ...flags,
      '--augment',
      'flip:0.5,noise:5000',
      '--copies',
      '2',
      '--seed',
      '7',
      '--workers',
      '1',
    );
    expect(parts.err).toMatch(
      /2 copies of each of 3 recordings for training, .*; 2 for validation and testing stay as they are/,
    );
    const without = temporaryFolder();
    writeRecording(without, 'a/1.csv', long(0));
    writeRecording(without, 'b/1.csv', long(0));
    const all = await saccade(
      'preprocess',
      without,
      ...flags.with(1, temporaryFolder()),
      '--augment',
      'event-drop',
    );
    expect(all.err).toMatch(
      /one copy of each of 2 recordings.*\n.*2 recordings are in no part, so all have copies/,
    );
  });

  it.each([
    [['--copies', '2'], /--copies goes with --augment/],
    [['--seed', '2'], /--seed goes with --augment/],
    [['--augment', 'roll:5'], /no operation "roll"; there are flip, flip-y/],
    [['--augment', 'nda'], /must be a set \(event-drop\)/],
    [['--augment', 'flip:1', '--copies', '0'], /at least 1/],
  ])('refuses %j', async (flags, message) => {
    const { code, err } = await saccade('preprocess', dataset(), '--out', temporaryFolder(), ...flags);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

function framesOf(events: EventBatch): number[] {
  const [clip] = binRecording({ ...events, geometry: SENSOR }, { by: 'number', steps: 2 });
  return [...clip!.counts];
}
