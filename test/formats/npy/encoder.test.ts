import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sliceBatch } from '../../../src/events/index.ts';
import { createEncoder, NpyDecoder, NpyEncoder } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { hasPythonModule, python } from '../../helpers/python.ts';
import { encodeAll, joinBytes } from '../../helpers/round-trip.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { NUMPY_EVENTS } from './samples.ts';

const { length } = NUMPY_EVENTS;
const unpatched = (encoder: NpyEncoder): Uint8Array =>
  joinBytes(encoder.push(NUMPY_EVENTS), encoder.finish());

describe('the number of events', () => {
  it('stated beforehand gives the same bytes as patched afterwards', () => {
    const encoder = new NpyEncoder({ events: length });
    expect(unpatched(encoder)).toEqual(encodeAll(new NpyEncoder(), NUMPY_EVENTS));
    expect(encoder.patches).toEqual([]);
    const none = new NpyEncoder({ events: 0 });
    expect(none.finish()).toEqual(encodeAll(new NpyEncoder()));
  });

  it('must be right', () => {
    const fewer = new NpyEncoder({ events: length + 1 });
    fewer.push(NUMPY_EVENTS);
    expect(() => fewer.finish()).toThrow(
      expect.objectContaining({
        code: 'UNENCODABLE_EVENT',
        message: expect.stringContaining(`${length} came`),
      }),
    );
    const more = new NpyEncoder({ events: length - 1 });
    more.push(sliceBatch(NUMPY_EVENTS, 0, 1));
    expect(() => more.push(sliceBatch(NUMPY_EVENTS, 1, length))).toThrow(
      expect.objectContaining({
        code: 'UNENCODABLE_EVENT',
        message: expect.stringContaining(`event ${length - 1} `),
      }),
    );
    expect(() => new NpyEncoder({ events: 1.5 })).toThrow(expect.objectContaining({ option: 'events' }));
    expect(() => createEncoder('npy', { events: 3 })).not.toThrow();
  });

  it('that was never patched is said, also where no event follows', () => {
    const bytes = unpatched(new NpyEncoder());
    const decoder = new NpyDecoder();
    expect(digestOf(decodeAll(decoder, bytes))).toBe(digestOf(NUMPY_EVENTS));
    expect(decoder.report.faults).toMatchObject([{ code: 'CORRUPT_DATA' }]);
    const header = bytes.subarray(0, decoder.report.headerBytes);
    const empty = new NpyDecoder();
    expect(decodeAll(empty, header).length).toBe(0);
    expect(empty.report.faults).toMatchObject([{ code: 'TRUNCATED' }]);
    expect(() => decodeAll(new NpyDecoder({ policy: 'strict' }), header)).toThrow(/does not say how many/);
  });

  it.skipIf(!hasPythonModule('numpy'))('that was never patched makes NumPy refuse the file', () => {
    const file = path.join(temporaryFolder(), 'events.npy');
    const script = `
import numpy, sys
try: print(len(numpy.load(sys.argv[1])))
except (ValueError, MemoryError) as error: print('refused')`;
    writeFileSync(file, unpatched(new NpyEncoder()));
    expect(python(script, file).trim()).toBe('refused');
    expect(
      python(
        script.replace('numpy.load(sys.argv[1])', "numpy.load(sys.argv[1], mmap_mode='r')"),
        file,
      ).trim(),
    ).toBe('refused');
    writeFileSync(file, unpatched(new NpyEncoder({ events: length })));
    expect(python(script, file).trim()).toBe(String(length));
  });
});
