/** Recordings that hold several clips: each is an output of its own, and made anew where its labels change. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readNpzFrames } from '../../datasets/index.ts';
import { saccade } from '../helpers/cli.ts';
import { hasSharedData, sharedPath } from '../helpers/shared-data.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

it.skipIf(!hasSharedData)('DVS128 Gesture', async () => {
  const [data, out] = [temporaryFolder(), temporaryFolder()];
  const label = (...lines: string[]): void => {
    writeFileSync(path.join(data, 'user01_led_labels.csv'), `class,start,end\n${lines.join('\n')}\n`);
  };
  cpSync(sharedPath('aedat3/derived-dvs128.aedat'), path.join(data, 'user01_led.aedat'));
  const run = async (): Promise<{
    written: number;
    reused: number;
    stale: number;
    folder: string;
    events: number;
  }> => {
    const args = ['--out', out, '--steps', '2', '--workers', '1', '--json'];
    const { out: text, err } = await saccade('preprocess', data, ...args);
    expect(err).not.toMatch(/^error/m);
    return JSON.parse(text) as never;
  };
  label('1,0,1000000', '11,1000000,2000000', '1,2000000,4000000');
  const first = await run();
  expect(first).toMatchObject({ written: 3, events: 29_992 });
  const frames = [
    'hand_clapping/user01_led_0',
    'other_gestures/user01_led_1',
    'hand_clapping/user01_led_2',
  ].map((name) =>
    readNpzFrames(readFileSync(path.join(first.folder, `${name}.npz`)), name).data.reduce((a, b) => a + b, 0),
  );
  expect(frames.reduce((a, b) => a + b, 0)).toBe(29_992);
  expect(await run()).toMatchObject({ written: 0, reused: 3 });
  label('1,0,1000000', '11,1000000,1900000', '1,2000000,4000000');
  expect(await run()).toMatchObject({ written: 1, reused: 2, stale: 1 });
});
