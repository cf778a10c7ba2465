import { describe, expect, it } from 'vitest';
import { batchFromTuples, OptionError, type EventBatch } from '../../../src/events/index.ts';
import {
  blobSource,
  createDecoder,
  detectFormat,
  Hdf5Decoder,
  Hdf5Encoder,
  type Hdf5DecoderOptions,
  type Trigger,
} from '../../../src/formats/index.ts';
import { decodeBytes } from '../../../src/pipeline/decode-bytes.ts';
import { canonicalText, decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { fuzz } from '../../helpers/fuzz.ts';
import { encodeAll, expectRoundTrip } from '../../helpers/round-trip.ts';
import { hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { HDF5_FILES, hdf5File } from './files.ts';
import { commonEvents, hdf5Samples, records, recordsFile, singleChunk } from './samples.ts';

const ABSOLUTE = commonEvents(1_000_000);

function read(
  bytes: Uint8Array,
  options: Hdf5DecoderOptions = {},
): { events: EventBatch; decoder: Hdf5Decoder } {
  const decoder = new Hdf5Decoder({ policy: 'strict', ...options });
  return { events: decodeAll(decoder, bytes), decoder };
}

function expectEvents(found: EventBatch, expected: EventBatch): void {
  expect(found.length).toBe(expected.length);
  expect(canonicalText(found)).toBe(canonicalText(expected));
}

formatContract(hdf5Samples);

describe('files that h5py and PyTables wrote', () => {
  it.each([
    ['dsec-gzip.h5', 'HDF5 DSEC', ABSOLUTE],
    ['prophesee-plain.hdf5', 'HDF5 Prophesee', ABSOLUTE],
    ['prophesee-gzip.hdf5', 'HDF5 Prophesee', ABSOLUTE],
    ['prophesee-triggers.hdf5', 'HDF5 Prophesee', ABSOLUTE],
    ['beside.h5', 'HDF5 columns', ABSOLUTE],
    ['small-chunks.h5', 'HDF5 columns', ABSOLUTE],
    [
      'matlab-small-chunks.mat',
      'HDF5 MATLAB 7.3',
      { ...ABSOLUTE, p: ABSOLUTE.p.map((_, i) => Number(i > 150)) },
    ],
    ['mvsec.hdf5', 'HDF5 MVSEC', commonEvents(1_504_645_177_000_000)],
    ['tonic-cache.hdf5', 'HDF5 columns', ABSOLUTE],
    ['v2e.h5', 'HDF5 columns', ABSOLUTE],
    ['columns-latest.h5', 'HDF5 columns', ABSOLUTE],
    ['chunks-latest.h5', 'HDF5 columns', ABSOLUTE],
    ['seconds-transposed.h5', 'HDF5 columns', commonEvents(0)],
    ['matlab.mat', 'HDF5 MATLAB 7.3', ABSOLUTE],
    ['blosc-zstd.h5', 'HDF5 columns', commonEvents(0, 3000)],
    ['blosc-lz4-bits.h5', 'HDF5 columns', commonEvents(0, 3000)],
    ['blosc-blosclz.h5', 'HDF5 columns', commonEvents(0, 3000)],
    ['blosc-zlib.h5', 'HDF5 columns', commonEvents(0, 3000)],
  ])('%s', (file, variant, expected) => {
    const { events, decoder } = read(hdf5File(file));
    expectEvents(events, expected);
    expect(decoder.report.variant).toBe(variant);
    expect(detectFormat(hdf5File(file))).toMatchObject({ format: { id: 'hdf5' }, confidence: 'certain' });
  });

  it('SHD: one recording of several, which must be said', () => {
    const bytes = hdf5File('shd.h5');
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({ code: 'BAD_HEADER', message: expect.stringContaining('2 recordings') }),
    );
    const { events, decoder } = read(bytes, { sample: 0 });
    const expected = [0, 15_625, 62_500, 500_000].map((t, i) => [t, [3, 699, 0, 20][i]!, 0, 1] as const);
    expectEvents(events, batchFromTuples(expected));
    expect(decoder.geometry).toEqual({ width: 700, height: 1 });
    expectEvents(read(bytes, { sample: 1 }).events, batchFromTuples([[31_250, 7, 0, 1]]));
    expect(() => read(bytes, { sample: 2 })).toThrow(OptionError);
  });

  it('say what they state, and what was told from content', () => {
    expect(read(hdf5File('prophesee-gzip.hdf5')).decoder.geometry).toEqual({ width: 346, height: 260 });
    expect(read(hdf5File('columns-latest.h5')).decoder.geometry).toEqual({ width: 346, height: 260 });
    const noted = (file: string, options: Hdf5DecoderOptions = {}): readonly string[] =>
      read(hdf5File(file), options).decoder.report.notes.map(({ code }) => code);
    expect(noted('seconds-transposed.h5')).toEqual(['INFERRED_COLUMNS', 'INFERRED_TIME_UNIT']);
    expect(noted('seconds-transposed.h5', { columns: 't,x,y,p', timeUnit: 's' })).toEqual([]);
    expect(noted('v2e.h5')).toEqual(['INFERRED_COLUMNS']);
    expect(noted('mvsec.hdf5')).toEqual(['OTHER_STREAMS']);
    expect(noted('beside.h5')).toEqual(['OTHER_DATA', 'INFERRED_COLUMNS']);
    expect(read(hdf5File('beside.h5')).decoder.report.notes[0]!.message).toContain('/frame, /frame_ts');
    expect(noted('dsec-gzip.h5')).toEqual(['LAYOUT']);
    expect(noted('matlab.mat')).toEqual(['INFERRED_ORIGIN']);
    expect(noted('matlab.mat', { firstPixel: 1 })).toEqual([]);
  });

  it("Prophesee's triggers go to the side channel, or are counted", () => {
    const bytes = hdf5File('prophesee-triggers.hdf5');
    const triggers: Trigger[] = [];
    const heard = read(bytes, { sideChannels: { trigger: (item) => triggers.push(item) } });
    expectEvents(heard.events, ABSOLUTE);
    expect(triggers).toEqual(
      Array.from({ length: 7 }, (_, i) => ({
        tMicros: 1_000_000 + 1000 * i,
        channel: 6,
        edge: i % 2 === 1 ? 'rising' : 'falling',
      })),
    );
    expect(heard.decoder.report).toMatchObject({ side: { trigger: 7 }, dropped: { 'not-a-pixel': 0 } });
    expect(read(bytes).decoder.report).toMatchObject({ side: { trigger: 0 }, dropped: { 'not-a-pixel': 7 } });
  });

  it('another dataset, another first pixel, other columns', () => {
    const right = read(hdf5File('mvsec.hdf5'), { hdf5Path: 'davis/right/events' }).events;
    expect([...right.x.slice(0, 3)]).toEqual([1, 8, 15]);
    expect([...read(hdf5File('matlab.mat'), { firstPixel: 0 }).events.x.slice(0, 3)]).toEqual([1, 8, 15]);
    const swapped = read(hdf5File('v2e.h5'), { columns: 't,y,x,p' }).events;
    expect([...swapped.y]).toEqual([...ABSOLUTE.x]);
    expect(() => read(hdf5File('mvsec.hdf5'), { hdf5Path: '/davis/up' })).toThrow(OptionError);
  });

  it.each<[string, Hdf5DecoderOptions]>([
    ['dsec-gzip.h5', { columns: 't,x,y,p' }],
    ['prophesee-gzip.hdf5', { columns: 't,x,y,p' }],
    ['columns-latest.h5', { columns: 't,x,y,p' }],
    ['shd.h5', { columns: 't,x,y,p', sample: 0 }],
    ['dsec-gzip.h5', { sample: 0 }],
    ['v2e.h5', { sample: 0 }],
    ['dsec-gzip.h5', { firstPixel: 1 }],
    ['mvsec.hdf5', { firstPixel: 0 }],
  ])('%s: %j would have no effect', (file, options) => {
    const [option] = Object.keys(options);
    expect(() => read(hdf5File(file), options)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', option }),
    );
  });

  it.skipIf(!hasSharedData)('a real one has the times of its text, and x and y exchanged', () => {
    const text = decodeAll(
      createDecoder({ format: 'csv', columns: 't,x,y,p', timeUnit: 's' }),
      readShared('text/rpg-seconds-17.txt'),
    );
    const { events } = read(readShared('hdf5/raw_events-float-seconds.hdf5'));
    expect([...events.t]).toEqual([...text.t]);
    expect([...events.x]).toEqual([...text.y]);
    expect([...events.y]).toEqual([...text.x]);
  });
});

describe('at any place', () => {
  it.each(HDF5_FILES)('%s: the same events and the same report', async (file) => {
    const bytes = hdf5File(file);
    const options = { sample: file === 'shd.h5' ? 0 : undefined, maxBatchEvents: 50 };
    const pushed = createDecoder({ ...(options.sample === 0 && { sample: 0 }), maxBatchEvents: 50 });
    const expected = decodeAll(pushed, bytes, [777]);
    const decoder = createDecoder({ ...(options.sample === 0 && { sample: 0 }), maxBatchEvents: 50 });
    let asked = 0;
    const { size, read: readBlob } = blobSource(new Blob([bytes.slice()]));
    const source = {
      size,
      read: (offset: number, length: number) => {
        asked++;
        return readBlob(offset, length);
      },
    };
    const t: number[] = [];
    const x: number[] = [];
    for await (const batch of decodeBytes([bytes.subarray(0, 4096)], decoder, { source })) {
      t.push(...batch.t.subarray(0, batch.length));
      x.push(...batch.x.subarray(0, batch.length));
    }
    expect(t).toEqual([...expected.t]);
    expect(x).toEqual([...expected.x]);
    expect(decoder.report).toEqual(pushed.report);
    if (bytes.length > 4096) expect(asked).toBeGreaterThan(0);
  });
});

describe('writing', () => {
  const limits = { geometry: { width: 1280, height: 720 }, maxTime: 2 ** 40, maxStep: 2 ** 22 };
  it('decode(encode(events)) = events, DSEC', () => {
    expectRoundTrip({
      limits: { ...limits, minTime: -(2 ** 40) },
      encoder: () => new Hdf5Encoder(),
      numRuns: 25,
    });
  });

  it('decode(encode(events)) = events, Prophesee', () => {
    expectRoundTrip({ limits, encoder: () => new Hdf5Encoder({ layout: 'prophesee' }), numRuns: 25 });
  });

  it.each(['dsec', 'prophesee'] as const)('%s: many chunks, the last one short', (layout) => {
    const events = commonEvents(5, 40_000);
    expectEvents(read(encodeAll(new Hdf5Encoder({ layout }), events)).events, events);
  });

  it('refuses what the layouts cannot hold', () => {
    const cannot = (
      layout: 'dsec' | 'prophesee',
      ...tuples: (readonly [number, number, number, 0 | 1])[]
    ): void => {
      expect(() => new Hdf5Encoder({ layout }).push(batchFromTuples(tuples))).toThrow(
        expect.objectContaining({ code: 'UNENCODABLE_EVENT' }),
      );
    };
    cannot('dsec', [5, 0, 0, 1], [4, 0, 0, 1]);
    cannot('dsec', [0, 0, 0, 1], [2 ** 32, 0, 0, 1]);
    cannot('prophesee', [5, 0, 0, 1], [4, 0, 0, 1]);
    cannot('prophesee', [-1, 0, 0, 1]);
    cannot('prophesee', [0, 2048, 0, 1]);
    const sized = new Hdf5Encoder({ geometry: { width: 4, height: 4 } });
    expect(() => sized.push(batchFromTuples([[0, 4, 0, 1]]))).toThrow(/outside the sensor of 4 x 4/);
    expect(() => new Hdf5Encoder({ layout: 'other' as 'dsec' })).toThrow(OptionError);
  });

  it('a file that was never patched is refused', () => {
    const encoder = new Hdf5Encoder();
    const begun = encoder.push(batchFromTuples([[1, 2, 3, 1]]));
    expect(() => read(new Uint8Array([...begun, ...encoder.finish()]))).toThrow(
      expect.objectContaining({ code: 'BAD_HEADER', message: expect.stringContaining('never finished') }),
    );
  });
});

describe('damage', () => {
  it('a damaged chunk costs its rows, the others keep theirs', () => {
    const bytes = hdf5File('prophesee-gzip.hdf5');
    const whole = read(bytes).events;
    // Zlib's first bytes, of the second chunk.
    const starts: number[] = [];
    for (let i = 2048; i < bytes.length - 1; i++)
      if (bytes[i] === 0x78 && bytes[i + 1] === 0x5e) starts.push(i);
    const damaged = bytes.slice();
    damaged[starts[1]! + 20]! ^= 0xff;
    const decoder = new Hdf5Decoder();
    const events = decodeAll(decoder, damaged);
    expect([...events.t]).toEqual([...whole.t.slice(0, 64), ...whole.t.slice(128)]);
    expect(decoder.report.faults).toMatchObject([{ code: 'CORRUPT_DATA' }]);
    expect(decoder.report.faults[0]!.message).toContain('rows 64 to 127');
    expect(() => read(damaged)).toThrow(expect.objectContaining({ code: 'CORRUPT_DATA' }));
  });

  it('a file whose end is missing gives what is there, and says so', () => {
    const bytes = hdf5File('dsec-gzip.h5');
    const decoder = new Hdf5Decoder();
    const events = decodeAll(decoder, bytes.subarray(0, -1));
    expect(events.length).toBeLessThanOrEqual(200);
    expect(decoder.report.faults.map(({ code }) => code)).toContain('TRUNCATED');
    expect(() => read(bytes.subarray(0, -1))).toThrow(expect.objectContaining({ code: 'TRUNCATED' }));
  });

  it('an unknown filter is named', () => {
    const bytes = recordsFile(records(ABSOLUTE, 5), singleChunk(5, 80, 32_013));
    expect(() => read(bytes, { policy: 'salvage' })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT', message: expect.stringContaining('32013') }),
    );
  });

  it('chunks beyond the limit, and files that are kept beyond theirs, are refused', () => {
    const huge = recordsFile(records(ABSOLUTE, 5), singleChunk(2 ** 30, 80, 1));
    expect(() => read(huge)).toThrow(
      expect.objectContaining({ code: 'TOO_LARGE', message: expect.stringContaining('maxChunkBytes') }),
    );
    const plain = hdf5File('prophesee-plain.hdf5');
    for (const size of [1, 1000, Infinity])
      expect(() => decodeAll(new Hdf5Decoder({ maxHdf5Bytes: 1000 }), plain, [size])).toThrow(
        expect.objectContaining({ code: 'TOO_LARGE', message: expect.stringContaining('maxHdf5Bytes') }),
      );
  });

  it('rows without end that nobody wrote do not hang', () => {
    const bytes = recordsFile(records(ABSOLUTE, 5), () => ({
      rows: 2 ** 50,
      layout: (writer) => writer.u8(3, 1).u64(null).u64(0),
    }));
    const decoder = new Hdf5Decoder({ maxChunkBytes: 2 ** 31 });
    expect(decodeAll(decoder, bytes).length).toBe(0);
    expect(decoder.report.faultCount).toBe(1);
  });

  it('fuzzing of files that the library wrote', () => {
    const samples = ['dsec-gzip.h5', 'prophesee-gzip.hdf5', 'chunks-latest.h5', 'v2e.h5', 'shd.h5'].map(
      (name) => ({
        name,
        bytes: hdf5File(name),
        open: (options: Hdf5DecoderOptions) =>
          new Hdf5Decoder({
            ...options,
            ...(name === 'shd.h5' && { sample: 0 }),
            ...{ maxChunkBytes: 2 ** 20, maxHdf5Bytes: 2 ** 22 },
          }),
      }),
    );
    expect(fuzz(samples, 600, 7)).toBeGreaterThan(0);
  });
});
