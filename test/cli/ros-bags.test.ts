/** Bags and MCAP files through the command. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { saccade } from '../helpers/cli.ts';
import { containerRows, hasSharedData, sharedPath } from '../helpers/shared-data.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { bagFile } from '../formats/rosbag2/samples.ts';

describe('saccade with bags', () => {
  it.skipIf(!hasSharedData).each(containerRows('ROS1', 'ROS2'))(
    '$path: the reference digest, also by way of MCAP',
    async ({ path: file, how: _, backward: _steps, ...expected }) => {
      const first = await saccade('inspect', sharedPath(file), '--json', '--digest', '--strict');
      expect(first.code, first.err).toBe(0);
      expect(JSON.parse(first.out)).toMatchObject(expected);
      const target = path.join(temporaryFolder(), 'copy.mcap');
      const converted = await saccade('convert', sharedPath(file), target);
      expect(converted.code, converted.err).toBe(0);
      const { out } = await saccade('inspect', target, '--json', '--digest', '--strict');
      expect(JSON.parse(out)).toMatchObject({ ...expected, format: 'MCAP' });
    },
  );

  it('asks for the topic of several cameras, and reads the one that is named', async () => {
    const file = path.join(temporaryFolder(), 'two.db3');
    writeFileSync(file, bagFile('two-cameras'));
    const { code, out, err } = await saccade('inspect', file);
    expect(code).not.toBe(0);
    expect(out + err).toMatch(/\/left\/events and \/right\/events.*--topic \/left\/events/);
    for (const [topic, events] of [
      ['/left/events', 3],
      ['/right/events', 1],
    ] as const) {
      const named = await saccade('inspect', file, '--topic', topic, '--json');
      expect(named.code, named.err).toBe(0);
      expect(JSON.parse(named.out)).toMatchObject({ events, width: 640, height: 480 });
    }
  });
});
