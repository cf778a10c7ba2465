import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Hdf5Encoder } from '../../../src/formats/index.ts';
import { pythonWith } from '../../helpers/python.ts';
import { encodeAll } from '../../helpers/round-trip.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { commonEvents } from './samples.ts';

const SCRIPT = `
import sys, json, hashlib, h5py, numpy as np
with h5py.File(sys.argv[1]) as f:
    e = f['events']
    t = e['t'][:].astype('i8')
    m = f['ms_to_idx'][:].astype('i8')
    k = np.arange(len(m)) * 1000
    right = bool(np.all(m == np.searchsorted(t, k)))
    columns = [t + f['t_offset'][()], *[e[c][:] for c in 'xyp']]
    digest = hashlib.sha256(b''.join(c.astype('<i8').tobytes() for c in columns)).hexdigest()
    print(json.dumps([digest, right, len(m)]))
with h5py.File(sys.argv[2]) as f:
    d = f['CD/events']
    print(json.dumps([list(d.shape), list(d.dtype.names), d.id.get_num_chunks(), f.attrs['geometry'].decode()]))
`;

const python = pythonWith('h5py', 'numpy');

it.skipIf(python === null)('h5py reads what is written', () => {
  const folder = temporaryFolder();
  const events = commonEvents(2 ** 40, 40_000);
  const files = (['dsec', 'prophesee'] as const).map((layout) => {
    const file = path.join(folder, `${layout}.h5`);
    writeFileSync(
      file,
      encodeAll(new Hdf5Encoder({ layout, geometry: { width: 346, height: 260 } }), events),
    );
    return file;
  });
  const [dsec, prophesee] = python!(SCRIPT, ...files)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  const milliseconds = Math.floor((events.t.at(-1)! - events.t[0]!) / 1000) + 1;
  const hash = createHash('sha256');
  for (const column of [events.t, events.x, events.y, events.p])
    hash.update(BigInt64Array.from(Array.from(column, BigInt)));
  expect(dsec).toEqual([hash.digest('hex'), true, milliseconds]);
  expect(prophesee).toEqual([[40_000], ['x', 'y', 'p', 't'], 3, '346x260']);
});
