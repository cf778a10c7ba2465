import { describe, expect, it } from 'vitest';
import { batchFromTuples } from '../../src/events/index.ts';
import { createEncoder, type FormatEncoderOptions } from '../../src/formats/index.ts';

const geometry = { width: 304, height: 240 };

function notesOf(format: string, options: FormatEncoderOptions, ...times: readonly number[]): string[] {
  const encoder = createEncoder(format, options);
  for (const t of times) encoder.push(batchFromTuples([[t, 1, 1, 1]]));
  encoder.finish();
  return [...(encoder.notes ?? [])];
}

describe('what other programs will not read as expected', () => {
  it.each(['evt2', 'evt21', 'evt3', 'aedat4', 'dat'])('%s without a size is not opened', (format) => {
    expect(notesOf(format, {}, 5, 6)).toEqual([expect.stringMatching(/faery.*(sensor’s size|1280x720)/)]);
    expect(notesOf(format, { geometry }, 5, 6)).toEqual([]);
    expect(notesOf(format, { geometry })).toEqual([]);
  });

  it('EVT3 that begins late', () => {
    expect(notesOf('evt3', { geometry }, 2 ** 24 + 5)).toEqual([]);
    expect(notesOf('evt3', { geometry }, 5, 913e6)).toEqual([]);
    expect(notesOf('evt3', { geometry }, 913e6, 914e6)).toEqual([
      expect.stringContaining('OpenEB shows 896 s without events first'),
    ]);
    expect(notesOf('evt2', { geometry }, 913e6)).toEqual([]);
  });

  it('DAT beyond 32 bits, and version 1', () => {
    expect(notesOf('dat', { geometry }, 2 ** 32 - 1)).toEqual([]);
    expect(notesOf('dat', { geometry }, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1)).toEqual([
      expect.stringContaining('OpenEB takes times from 2^32'),
    ]);
    expect(notesOf('dat', { geometry, datVersion: 1 }, 1)).toEqual([expect.stringContaining('version 2')]);
  });

  it('AEDAT 4 below 0', () => {
    expect(notesOf('aedat4', { geometry }, -1, 1)).toEqual(['faery takes times below 0 for 0']);
  });

  it('HDF5 as DSEC, whose table is of times in order', () => {
    expect(notesOf('hdf5', { geometry }, 1, 5000, 5000, 9000)).toEqual([]);
    expect(notesOf('hdf5', { geometry }, 1, 5000, 4999, 200)).toEqual([
      expect.stringContaining('ms_to_idx is of events in order'),
    ]);
  });

  it('nothing of formats about which nothing is known', () => {
    for (const format of ['csv', 'es', 'aedat2', 'aedat3', 'atis40', 'npy', 'npz'])
      expect(notesOf(format, format === 'es' ? { geometry } : {}, 1)).toEqual([]);
  });
});
