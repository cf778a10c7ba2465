import { readFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readNpzFrames } from '../../datasets/index.ts';
import { batchFromTuples } from '../../src/events/index.ts';
import { binRecording, parseRepresentation, representationText } from '../../src/frames/index.ts';
import type { PreprocessParameters } from '../../src/preprocess/index.ts';
import { framesBelow, PARAMETERS, rows, runPreprocess, writeRecording } from '../helpers/preprocess.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const parametersFor = (
  text: string,
  dtype: PreprocessParameters['dtype'],
): Pick<PreprocessParameters, 'rule' | 'dtype'> => ({
  rule: { ...PARAMETERS.rule, representation: parseRepresentation(text) },
  dtype,
});

describe('frames of any representation on disk', () => {
  it.each([
    ['binary', 'uint8', [2, 2, 4, 4]],
    ['signed', 'int16', [2, 1, 4, 4]],
    ['signed', 'float64', [2, 1, 4, 4]],
    ['signed=planes:two', 'uint8', [2, 2, 4, 4]],
    ['voxel-grid=bins:3', 'float32', [2, 3, 4, 4]],
    ['time-surface=tauMicros:5', 'float32', [2, 2, 4, 4]],
    ['time-surface=tauMicros:5,levels:9', 'uint8', [2, 2, 4, 4]],
    ['averaged-time-surface=cell:2,surface:1', 'float64', [2, 2, 2, 2]],
  ] as const)('%s as %s', async (asked, dtype, shape) => {
    const [root, out] = [temporaryFolder(), temporaryFolder()];
    writeRecording(root, 'a/1.csv', rows(11));
    writeRecording(root, 'b/1.csv', rows(14, 5));
    const parameters = parametersFor(asked, dtype);
    const { failures, folder } = await runPreprocess(root, out, { parameters });
    expect(failures).toEqual([]);
    const name = parameters.rule.representation.name;
    expect(path.basename(folder)).toBe(`frames_number_2_split_by_number_${name}`);
    const [file] = framesBelow(out);
    const bytes = new Uint8Array(readFileSync(path.join(out, file!)));
    const frames = readNpzFrames(bytes, file!);
    expect(frames.shape).toEqual(shape);
    const events = batchFromTuples(rows(11), { width: 4, height: 4 });
    const { representation } = parameters.rule;
    const [clip] = binRecording(events, PARAMETERS.rule.binning, { representation, countType: 'uint16' });
    expect(Array.from(frames.data)).toEqual(Array.from(clip!.counts));
    const entry = unzipSync(bytes)['representation.npy']!;
    const text = representationText(representation);
    expect(new TextDecoder().decode(entry.subarray(-text.length))).toBe(text);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as {
      parameters: PreprocessParameters;
    };
    expect(manifest.parameters.rule.representation).toEqual(representation);
  });

  it('counts are as before: one entry', async () => {
    const [root, out] = [temporaryFolder(), temporaryFolder()];
    writeRecording(root, 'a/1.csv', rows(11));
    await runPreprocess(root, out);
    const [file] = framesBelow(out);
    expect(file).toBe('frames_number_2_split_by_number/a/1.npz');
    expect(Object.keys(unzipSync(new Uint8Array(readFileSync(path.join(out, file!)))))).toEqual([
      'frames.npy',
    ]);
  });

  it.each([
    ['voxel-grid', 'uint16', /dtype must be one of float32, float64 for the representation voxel-grid=/],
    ['signed', 'uint8', /dtype must be one of int16, float32, float64/],
    ['binary', 'int16', /dtype must be one of uint16, uint8, float32, float64/],
  ] as const)('%s does not fit into %s', async (text, dtype, message) => {
    const root = temporaryFolder();
    writeRecording(root, 'a/1.csv', rows(11));
    const parameters = parametersFor(text, dtype);
    await expect(runPreprocess(root, temporaryFolder(), { parameters })).rejects.toThrow(message);
  });

  it('says what the rule of a peer leaves out', async () => {
    const [root, out] = [temporaryFolder(), temporaryFolder()];
    writeRecording(root, 'a/1.csv', rows(11));
    const parameters = parametersFor('voxel-grid=like:tonic,bins:2', 'float32');
    const { losses } = await runPreprocess(root, out, { parameters });
    // The last event of each of the two steps.
    expect(losses['unrepresented']?.total).toBe(2);
  });
});
