/** Recordings that every way to decisions must answer alike: formats times what can be odd about a recording. */
import { batchFromTuples, SeededRandom, type Convention, type EventBatch } from '../../src/events/index.ts';
import {
  createEncoder,
  EventFormatError,
  type CreateDecoderOptions,
  type FormatEncoderOptions,
} from '../../src/formats/index.ts';
import { randomModel, type Model } from '../../src/network/index.ts';

const SENSOR = { width: 128, height: 128 };

/** A model of 128x128 sensors, with frames of 16x16. */
export function pathModel(convention: Convention = 'canonical', stepMicros = 1000): Model {
  const model = randomModel({ steps: 3, width: 16, height: 16, seed: 11 });
  const binning = { by: 'fixed-duration', stepMicros, steps: 3 } as const;
  return { ...model, input: { ...model.input, sensor: SENSOR, convention, binning } };
}

/** A recording, and what has to be said to read it. */
export interface PathScenario {
  readonly name: string;
  readonly format: string;
  readonly variant: string;
  readonly convention: Convention;
  readonly bytes: Uint8Array;
  readonly decoding: CreateDecoderOptions;
}

interface Writer {
  readonly format: string;
  readonly encoding?: FormatEncoderOptions;
  /** For a format that is only read. */
  readonly write?: (batches: readonly EventBatch[]) => Uint8Array;
  /** For the larger sensor. */
  readonly larger?: FormatEncoderOptions;
  readonly decoding?: CreateDecoderOptions;
  /** Largest coordinates that it holds. */
  readonly most?: { readonly width: number; readonly height: number };
  /** Whether the size has to be said beside the file. */
  readonly unstated?: boolean;
}

const WRITERS: readonly Writer[] = [
  { format: 'aedat1', write: writeAedat1, most: SENSOR },
  {
    format: 'aedat2',
    encoding: { chip: 'dvs128' },
    larger: { chip: 'davis346' },
    most: { width: 346, height: 260 },
  },
  { format: 'aedat3' },
  { format: 'aedat4' },
  { format: 'atis40', decoding: { format: 'atis40' }, unstated: true, most: { width: 256, height: 239 } },
  { format: 'dat' },
  { format: 'evt2' },
  { format: 'evt21' },
  { format: 'evt3' },
  { format: 'es' },
  { format: 'csv', decoding: { format: 'csv' }, unstated: true },
  { format: 'npy', unstated: true },
  { format: 'npz', unstated: true },
  { format: 'hdf5', unstated: true },
  { format: 'mcap' },
];

/** DVS128 words of 16 bits, times of 32. */
function writeAedat1(batches: readonly EventBatch[]): Uint8Array {
  const header = new TextEncoder().encode('#!AER-DAT1.0\r\n');
  const records = batches.flatMap(({ t, x, y, p }) =>
    Array.from(t, (time, i) => {
      const view = new DataView(new ArrayBuffer(6));
      view.setUint16(0, ((127 - y[i]!) << 8) | ((127 - x[i]!) << 1) | (1 - p[i]!));
      view.setInt32(2, time);
      return [...new Uint8Array(view.buffer)];
    }).flat(),
  );
  return Uint8Array.from([...header, ...records]);
}

/** A spot that moves and flickers: dense enough for the windows of the model to differ. */
function moving(
  count: number,
  seed: number,
  size: { width: number; height: number },
  t0: number,
): EventBatch {
  const random = new SeededRandom(seed);
  let t = t0;
  return batchFromTuples(
    Array.from({ length: count }, (_, i) => {
      t += random.integer(24);
      const x = Math.floor(((i % 97) / 97) * size.width * 0.7 + random.integer(Math.floor(size.width * 0.3)));
      const y = Math.floor(
        ((i % 61) / 61) * size.height * 0.5 + random.integer(Math.floor(size.height * 0.5)),
      );
      return [t, x, y, random.integer(2)] as const;
    }),
    size,
  );
}

/** Times of which one is absurd, some are disordered within a step, some late. */
function disordered(events: EventBatch): EventBatch {
  const t = Float64Array.from(events.t);
  for (let i = 40; i + 1 < t.length; i += 41) [t[i], t[i + 1]] = [t[i + 1]!, t[i]!];
  for (let i = 200; i < t.length; i += 300) t[i] = t[i - 150]!;
  t[500] = 2_000_000_000;
  return { ...events, t };
}

function recording(variant: string, size: { width: number; height: number }): EventBatch[] {
  switch (variant) {
    case 'other clock':
      // The second part begins again near zero, in a format with a word for it as a stated reset.
      return [moving(700, 3, size, 6_000_000), { ...moving(600, 4, size, 100), segment: 1 }];
    case 'unsorted':
      return [disordered(moving(1200, 5, size, 1000))];
    default:
      return [moving(1200, 2, size, 1000)];
  }
}

function encode({ format, encoding, write }: Writer, batches: readonly EventBatch[]): Uint8Array {
  if (write !== undefined) return write(batches);
  const encoder = createEncoder(format, encoding);
  const chunks = [...batches.map((batch) => encoder.push(batch)), encoder.finish()];
  const bytes = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
  for (const patch of encoder.patches ?? []) bytes.set(patch.bytes, patch.byteOffset);
  return bytes;
}

const VARIANTS = ['same sensor', 'larger sensor', 'other convention', 'other clock', 'unsorted'] as const;

/** All of them; what a format cannot hold (a step back, say) is left out. */
export function pathScenarios(): PathScenario[] {
  return WRITERS.flatMap((writer) =>
    VARIANTS.flatMap((variant): PathScenario[] => {
      const size =
        variant === 'larger sensor' && writer.most !== SENSOR
          ? (writer.most ?? { width: 300, height: 200 })
          : SENSOR;
      const events = recording(variant, size);
      let bytes: Uint8Array;
      try {
        const larger = variant === 'larger sensor' && writer.larger;
        bytes = encode(larger ? { ...writer, encoding: larger } : writer, events);
      } catch (error) {
        if (error instanceof EventFormatError && error.code === 'UNENCODABLE_EVENT') return [];
        throw error;
      }
      const convention = variant === 'other convention' ? 'spikingjelly' : 'canonical';
      const decoding = { ...writer.decoding, ...(writer.unstated && { geometry: size }) };
      const { format } = writer;
      return [{ name: `${format}, ${variant}`, format, variant, convention, bytes, decoding }];
    }),
  );
}

/** One number for a list of logits, the same in every runtime. */
export function logitsHash(logits: readonly (readonly number[])[]): number {
  let state = 0x811c9dc5;
  for (const values of logits)
    for (const value of values)
      for (let shift = 0; shift < 32; shift += 8)
        state = Math.imul(state ^ ((value >>> shift) & 0xff), 0x01000193) >>> 0;
  return state;
}
