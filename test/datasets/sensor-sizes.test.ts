import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset, probeSensors, sensorsText } from '../../datasets/index.ts';
import { writeFileIn } from '../helpers/files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const fieldCases = path.resolve(import.meta.dirname, '../field-cases');

describe('sizes that recordings state', () => {
  it('field case mixed-sensors: two sizes, by name', async () => {
    const { samples } = await openDataset(path.join(fieldCases, 'mixed-sensors/data'));
    const probe = await probeSensors(samples, { geometry: { width: 1, height: 1 } });
    expect(probe.unstated).toEqual([]);
    expect(sensorsText(probe.stated)).toBe(
      '128x128 (2 recordings: a/0.aedat4, a/1.aedat4), 346x260 (2 recordings: b/0.aedat4, b/1.aedat4)',
    );
  });

  it('none where they state none or cannot be read', async () => {
    const folder = temporaryFolder();
    writeFileIn(folder, 'a/1.csv', 't,x,y,p\n1,2,3,1\n');
    writeFileIn(folder, 'a/2.csv');
    writeFileIn(folder, 'a/3.aedat4', 'nonsense');
    const { samples } = await openDataset(folder);
    const { stated, unstated } = await probeSensors(samples);
    expect([stated, unstated]).toEqual([[], ['a/1.csv', 'a/2.csv', 'a/3.aedat4']]);
  });
});
