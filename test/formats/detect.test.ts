import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SaccadeError } from '../../src/events/index.ts';
import {
  createDecoder,
  createEncoder,
  detectFormat,
  eventFormats,
  writableFormats,
} from '../../src/formats/index.ts';
import { decodeAll } from '../helpers/decode.ts';
import { encodeAll, joinBytes } from '../helpers/round-trip.ts';
import { DVS128_EVENTS } from './aedat2/samples.ts';
import { formatSamples } from './samples.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const HEADER = text('#!AER-DAT2.0\r\n# made by a test\r\n');

describe('detection', () => {
  it.each([
    ['EMPTY_FILE', ''],
    ['GIT_LFS_POINTER', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1'],
    ['UNSUPPORTED_FORMAT', '% format EVT4\n'],
    ['UNSUPPORTED_FORMAT', '% date 2020-01-01\n'],
    ['UNSUPPORTED_FORMAT', 'PK\u0003\u0004'],
    ['NOT_A_RECORDING', 'Once upon a time there was a file that held a story.'],
  ])('%s', (code, content) => {
    expect(() => detectFormat(text(content), { fileName: 'a.aedat' })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('asks for what content cannot tell', () => {
    const atis = Uint8Array.of(1, 2, 0x80, 0, 5, 3, 4, 0, 0, 9);
    expect(() => detectFormat(atis)).toThrow(expect.objectContaining({ code: 'AMBIGUOUS_FORMAT' }));
    expect(detectFormat(atis, { fileName: 'x.bin' })).toMatchObject({ confidence: 'plausible' });
    expect(detectFormat(atis, { format: 'atis40' })).toMatchObject({ confidence: 'stated' });
    expect(() => detectFormat(atis, { format: 'nothing' })).toThrow(
      expect.objectContaining({ option: 'format' }),
    );
    expect(() => detectFormat(HEADER, { format: 'atis40' })).toThrow(
      expect.objectContaining({ code: 'BAD_HEADER' }),
    );
  });
});

it('a decoder that could not tell says so again', () => {
  const decoder = createDecoder();
  const story = text('Once upon a time '.repeat(300));
  for (const call of [() => decoder.push(story), () => decoder.push(text('and')), () => decoder.finish()])
    expect(call).toThrow(expect.objectContaining({ code: 'NOT_A_RECORDING' }));
  const wrong = createDecoder({ format: 'nothing' });
  for (const call of [() => wrong.push(story), () => wrong.finish()])
    expect(call).toThrow(expect.objectContaining({ option: 'format' }));
});

describe('what the first bytes tell', () => {
  const geometry = { width: 128, height: 128 };
  it.each([
    ['aedat2', {}, { variant: 'AEDAT2.0', geometry }],
    ['aedat2', { chip: 'davis346' }, { variant: 'AEDAT2.0', geometry: { width: 346, height: 260 } }],
    ['aedat3', {}, { variant: 'AEDAT3.1', geometry }],
    ['aedat4', { compression: 'zstd' }, { variant: 'AEDAT4.0/ZSTD', geometry }],
    ['dat', {}, { variant: 'DAT2', geometry }],
    ['evt2', {}, { variant: 'EVT2', geometry }],
    ['evt21', {}, { variant: 'EVT21', geometry }],
    ['evt3', {}, { variant: 'EVT3', geometry }],
    ['es', { esType: 'atis' }, { variant: 'ES2/atis', geometry }],
    ['csv', {}, { variant: 'CSV' }],
    ['npy', {}, { variant: 'NPY' }],
    ['npz', {}, { variant: 'NPZ' }],
  ] as const)('of %s %j', (id, options, expected) => {
    const bytes = encodeAll(createEncoder(id, options), DVS128_EVENTS);
    expect(detectFormat(bytes)).toMatchObject({ format: { id }, confidence: 'certain' });
    expect(detectFormat(bytes).sniff).toEqual({ confidence: 'certain', ...expected });
  });

  it('is what the decoder finds', () => {
    for (const { id } of writableFormats()) {
      const bytes = encodeAll(createEncoder(id), DVS128_EVENTS);
      const decoder = createDecoder({ format: id });
      decodeAll(decoder, bytes);
      // How an HDF5 file is laid out is not at its beginning.
      const { variant } = decoder.report;
      expect(decoder.detection!.sniff!.variant).toBe(id === 'hdf5' ? variant.split(' ')[0] : variant);
      if (decoder.detection!.sniff!.geometry !== undefined)
        expect(decoder.detection!.sniff!.geometry).toEqual(decoder.geometry);
    }
  });

  it('a chip without pixels is no reason not to know the format', () => {
    const cochlea = text('#!AER-DAT2.0\r\n# AEChip: ch.unizh.ini.jaer.chip.cochlea.CochleaLP\r\n');
    expect(detectFormat(cochlea).sniff).toEqual({ confidence: 'certain', variant: 'AEDAT2.0' });
  });

  it('does not depend on how many there are beyond those that count', () => {
    const long = joinBytes(text('1,2,3,4\n'.repeat(600)), text('no numbers\n'));
    expect(detectFormat(long, { fileName: 'a.csv' }).format.id).toBe('csv');
    for (const { bytes } of formatSamples) {
      const longer = joinBytes(bytes, new Uint8Array(5000).fill(7));
      const told = (head: Uint8Array): string => {
        try {
          return detectFormat(head).format.id;
        } catch (error) {
          return (error as SaccadeError).code as string;
        }
      };
      expect(told(longer)).toBe(told(longer.subarray(0, 4096)));
    }
  });
});

describe('damage never hangs or crashes', () => {
  it('random bytes after a good header, and anywhere', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        fc.constantFrom(...eventFormats),
        (bytes, withHeader, format) => {
          const decoder = format.createDecoder();
          try {
            const events = decodeAll(decoder, withHeader ? joinBytes(HEADER, bytes) : bytes, [7]);
            expect(events.length).toBe(decoder.report.events);
          } catch (error) {
            expect(error).toBeInstanceOf(SaccadeError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
