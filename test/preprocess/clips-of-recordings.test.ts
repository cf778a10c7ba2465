/** Recordings that hold several clips: each is an output of its own, and made anew where its labels change. */
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readNpzFrames } from '../../datasets/index.ts';
import { hasSharedData, sharedPath } from '../helpers/shared-data.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

interface Summary {
  readonly folder: string;
}

/** Counts of a file of frames. */
function countsIn(file: string): number {
  let sum = 0;
  for (const count of readNpzFrames(readFileSync(file), file).data) sum += count;
  return sum;
}

it.skipIf(!hasSharedData)('DVS128 Gesture', () => {
  const [data, out] = [temporaryFolder(), temporaryFolder()];
  const label = (...lines: string[]): void => {
    writeFileSync(path.join(data, 'user01_led_labels.csv'), `class,start,end\n${lines.join('\n')}\n`);
  };
  cpSync(sharedPath('aedat3/derived-dvs128.aedat'), path.join(data, 'user01_led.aedat'));
  const command = path.resolve(import.meta.dirname, '../../dist/cli/main.js');
  const run = (): Summary => {
    const args = [command, 'preprocess', data, '--out', out, '--steps', '2', '--workers', '1', '--json'];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: 'pipe' })) as Summary;
  };
  label('1,0,1000000', '11,1000000,2000000', '1,2000000,4000000');
  const first = run();
  expect(first).toMatchObject({ written: 3, events: 29_992 });
  const files = ['hand_clapping/user01_led_0', 'other_gestures/user01_led_1', 'hand_clapping/user01_led_2'];
  const counts = files.map((name) => countsIn(path.join(first.folder, `${name}.npz`)));
  expect(counts.reduce((a, b) => a + b, 0)).toBe(29_992);
  expect(run()).toMatchObject({ written: 0, reused: 3 });
  label('1,0,1000000', '11,1000000,1900000', '1,2000000,4000000');
  expect(run()).toMatchObject({ written: 1, reused: 2, stale: 1 });
});
