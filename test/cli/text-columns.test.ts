import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { saccade } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

it.each([
  ['rpg.txt', '0.003811000 96 133 0\n0.003820001 127 171 0\n0.003836000 4 160 0\n', 3836],
  ['log', 'a;b;c;d\n1;50;82;478504058\n1;57;17;478504062\n', 478_504_062],
])('%s: one message shows the first line and the options that read it', async (name, content, tLast) => {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, content);
  const { code, out, err } = await saccade('inspect', file);
  expect([code, out]).toEqual([3, '']);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err).toContain(`"${content.split('\n')[0]}"`);
  const flags = /--format csv --columns \S+ --time-unit \S+/.exec(err)![0].split(' ');
  const read = await saccade('inspect', file, ...flags, '--json');
  expect(read).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(read.out)).toMatchObject({ events: content.trim().split('\n').length - (name === 'log' ? 1 : 0), tLast }); // prettier-ignore
});

it('a matrix of NumPy says the same', async () => {
  const file = path.join(temporaryFolder(), 'events.npy');
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (5, 4), }\n`;
  const rows = Float64Array.from({ length: 20 }, (_, i) => (i % 4 === 0 ? i / 40 : i % 2));
  writeFileSync(file, Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]), Buffer.from(header), Buffer.from(rows.buffer)])); // prettier-ignore
  const { code, err } = await saccade('inspect', file);
  expect(code).toBe(3);
  const flags = /--format npy --columns \S+ --time-unit \S+/.exec(err)![0].split(' ');
  const read = await saccade('inspect', file, ...flags, '--json');
  expect([read.code, JSON.parse(read.out)]).toMatchObject([0, { events: 5, tFirst: 0, tLast: 400_000 }]);
});
