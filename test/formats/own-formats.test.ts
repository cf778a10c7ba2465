import { firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { decodeEvents, encodeEvents } from '../../operators/index.ts';
import { batchFromTuples } from '../../src/events/index.ts';
import {
  createDecoder,
  createEncoder,
  detectFormat,
  EventFormatError,
  eventFormats,
  findFormat,
  findNetworkForm,
  JaerUdpDecoder,
  networkForms,
  PushDecoder,
  PushEncoder,
  startsWith,
  writableFormats,
  type Aedat2Chip,
  type CreateDecoderOptions,
  type DecoderOptions,
  type EncoderOptions,
  type EventFormat,
  type FormatDecoderOptions,
  type NetworkForm,
} from '../../src/formats/index.ts';
import { testFile, testFormat } from '../helpers/resetting-format.ts';
import { jaerDatagram } from './network/samples.ts';

interface PairDecoderOptions extends DecoderOptions {
  /** Added to all times. */
  readonly startMicros?: number;
}
interface PairEncoderOptions extends EncoderOptions {
  readonly mark?: number;
}

/** A format of somebody's own: `PAIR`, then one byte each of x and y, a microsecond apart. */
class PairDecoder extends PushDecoder {
  readonly geometry = { width: 256, height: 256 };
  readonly #start: number;
  #at = 0;
  #odd: number | undefined;

  constructor({ startMicros = 0, ...options }: PairDecoderOptions = {}) {
    super('pair', 'PAIR', options);
    this.#start = startMicros;
  }

  protected decode(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#at++ < 4) continue;
      if (this.#odd === undefined) {
        this.#odd = byte;
        continue;
      }
      const { t, x, y, p } = batchFromTuples([[this.#start + this.#at, this.#odd, byte, 1]]);
      this.deliver({ t, x, y, p }, 1);
      this.#odd = undefined;
    }
  }

  protected end(): void {
    this.truncated(this.#odd === undefined ? 0 : 1);
  }
}

class PairEncoder extends PushEncoder {
  readonly #mark: number;

  constructor({ mark = 0, ...options }: PairEncoderOptions = {}) {
    super('PAIR', options);
    this.#mark = mark;
  }

  protected header(): Uint8Array {
    return Uint8Array.of(0x50, 0x41, 0x49, 0x52 + this.#mark);
  }

  protected encode({ x, y }: { x: Uint16Array; y: Uint16Array }): Uint8Array {
    return Uint8Array.from(Array.from(x, (column, i) => [column, y[i]!]).flat());
  }
}

const pairFormat: EventFormat<PairDecoderOptions, PairEncoderOptions> = {
  id: 'pair',
  name: 'Pairs',
  extensions: ['.pair'],
  sideChannels: [],
  streaming: true,
  decoderOptions: { startMicros: true },
  encoderOptions: { mark: true },
  sniff: (head) => (startsWith(head, 'PAIR') ? { confidence: 'certain' } : null),
  createDecoder: (options) => new PairDecoder(options),
  createEncoder: (options) => new PairEncoder(options),
};
const FILE = Uint8Array.from([...new TextEncoder().encode('PAIR'), 3, 4, 5, 6]);
const formats = [...eventFormats, pairFormat] as const;

describe('a format of one’s own', () => {
  it('is detected and decoded beside the others, with its option', () => {
    expect(detectFormat(FILE, { formats }).format).toBe(pairFormat);
    expect(() => detectFormat(FILE)).toThrow(EventFormatError);
    const decoder = createDecoder({ formats: [...eventFormats, pairFormat], startMicros: 100 });
    const [batch] = [...decoder.push(FILE), ...decoder.finish()];
    expect([batch?.t[0], batch?.x[0], batch?.y[0]]).toEqual([106, 3, 4]);
    const stated = createDecoder({ formats: [pairFormat], format: 'pair' });
    stated.push(FILE);
    stated.finish();
    expect(stated.report).toMatchObject({ format: 'pair', events: 2 });
  });

  it('in a list without the others leaves them unknown', () => {
    const head = new TextEncoder().encode('#!AER-DAT2.0\r\n');
    expect(() => detectFormat(head, { formats: [pairFormat] })).toThrow(
      expect.objectContaining({ code: 'NOT_A_RECORDING', message: expect.stringContaining('(Pairs)') }),
    );
    expect(() => detectFormat(head, { formats: [pairFormat], format: 'aedat2' })).toThrow(
      expect.objectContaining({ option: 'format' }),
    );
    expect(findFormat('pair', [pairFormat])).toBe(pairFormat);
    expect(findFormat('pair')).toBeUndefined();
    expect(writableFormats([pairFormat])).toEqual([pairFormat]);
  });

  it('is written, given itself or its name', () => {
    const events = batchFromTuples([
      [6, 3, 4, 1],
      [8, 5, 6, 1],
    ]);
    expect(createEncoder(pairFormat).push(events)).toEqual(FILE);
    expect(createEncoder('pair', { formats }).push(events)).toEqual(FILE);
    expect(createEncoder(pairFormat, { mark: 1 }).push(events)[3]).toBe(0x53);
    expect(createEncoder('pair', { formats, mark: 1 }).push(events)[3]).toBe(0x53);
    expect(() => createEncoder('pair')).toThrow(expect.objectContaining({ option: 'format' }));
  });

  it('goes through the operators', async () => {
    const options = { formats: [pairFormat], startMicros: 7 } as const;
    const batches = await lastValueFrom(from([FILE]).pipe(decodeEvents(options), toArray()));
    expect(batches.map(({ t }) => t[0])).toEqual([13, 15]);
    for (const encode of [encodeEvents(pairFormat), encodeEvents('pair', { formats })]) {
      const [bytes] = await lastValueFrom(from(batches.slice(0, 1)).pipe(encode, toArray()));
      expect(bytes).toEqual(FILE.subarray(0, 6));
    }
  });

  it('without types takes whatever it names', () => {
    const loose: EventFormat = { ...testFormat, decoderOptions: { anything: true } };
    const decoder = createDecoder({ formats: [loose], anything: 'goes' });
    decoder.push(testFile('e 1 2 3'));
    expect(decoder.finish().length).toBe(1);
  });
});

describe('types', () => {
  it('know the options of the formats in the list, and no others', () => {
    createDecoder({ formats: [...eventFormats, pairFormat], startMicros: 3, chip: 'davis346' });
    createDecoder({ formats, startMicros: 3 });
    createDecoder({ chip: 'dvs128', timeUnit: 's' });
    // @ts-expect-error the built-in formats have no such option
    createDecoder({ startMicros: 3 });
    // @ts-expect-error a misspelt option
    createDecoder({ formats: [...eventFormats, pairFormat], startMicro: 3 });
    // @ts-expect-error an option of a format that is not in the list
    createDecoder({ formats: [pairFormat], chip: 'dvs128' });
    // @ts-expect-error a value of another type
    createDecoder({ formats: [pairFormat], startMicros: 'now' });
    createEncoder(pairFormat, { mark: 2 });
    // @ts-expect-error an option of another encoder
    expect(() => createEncoder(pairFormat, { chip: 'dvs128' })).toThrow(/Option chip/);
    decodeEvents({ formats, startMicros: 3, onReport: () => undefined });
    // @ts-expect-error a misspelt option
    decodeEvents({ formats, starMicros: 3 });
    // @ts-expect-error its options are named to the last
    const incomplete: EventFormat<PairDecoderOptions> = { ...pairFormat, decoderOptions: {} };
    expect(incomplete.id).toBe('pair');
  });

  it('are derived from the list of formats', () => {
    expectTypeOf<FormatDecoderOptions['chip']>().toEqualTypeOf<Aedat2Chip | undefined>();
    expectTypeOf<CreateDecoderOptions<typeof formats>['startMicros']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<keyof FormatDecoderOptions>().not.toEqualTypeOf<string>();
  });
});

it('a network form of one’s own is decoded as any other', async () => {
  interface LabOptions extends DecoderOptions {
    readonly rig?: number;
  }
  const lab: NetworkForm<LabOptions> = {
    id: 'lab-udp',
    name: 'Lab',
    transport: 'udp',
    format: 'aedat2',
    createDecoder: ({ rig = 1, ...options } = {}) => new JaerUdpDecoder({ ...options, skipBytes: rig - 1 }),
  };
  expect(findNetworkForm('lab-udp', [...networkForms, lab])).toBe(lab);
  const datagrams = [1, 2].map((i) => jaerDatagram(i, [100 * i, i, i, 1]));
  let events = 0;
  const decode = decodeEvents({
    decoder: () => lab.createDecoder({ rig: 1, maxBatchEvents: 5 }),
    onReport: (report) => (events = report.events),
  });
  for (let subscription = 0; subscription < 2; subscription++) {
    const batch = await firstValueFrom(from(datagrams).pipe(decode));
    expect([batch.t[0], batch.x[0]]).toEqual([100, 1]);
    await lastValueFrom(from(datagrams).pipe(decode));
    expect(events).toBe(2);
  }
});

describe('an option that a format does not have', () => {
  const aedat2 = createEncoder('aedat2').push(batchFromTuples([[1, 2, 3, 1]]));

  it.each([
    [{ stream: 1 }, /Option stream is not for AEDAT 2.0 \(aedat2\).*it is for AEDAT 3, AEDAT 4.0/],
    [{ timeUnit: 's' }, /Option timeUnit is not for AEDAT 2.0.*CSV, NumPy array, NumPy archive/],
    [{ chips: 'dvs128' }, /Option chips is not for AEDAT 2.0.*chip, convention, maxHeaderBytes/],
  ])('is refused: %j', (options, message) => {
    const decoder = createDecoder(options as CreateDecoderOptions);
    decoder.push(aedat2);
    for (let call = 0; call < 2; call++) {
      expect(() => decoder.finish()).toThrow(
        expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringMatching(message) }),
      );
    }
  });

  it('is no matter where it is not set', () => {
    const decoder = createDecoder({ stream: undefined, policy: 'strict', maxBatchEvents: 3 } as object);
    expect([...decoder.push(aedat2), ...decoder.finish()].length).toBe(1);
  });

  it('is refused by encoders too, at once', () => {
    for (const create of [
      () => createEncoder('atis40', { chip: 'dvs128' }),
      () => encodeEvents('atis40', { chip: 'dvs128' }),
      () => createEncoder('dat', { events: 3 }),
    ])
      expect(create).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});
