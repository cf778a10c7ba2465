/** The index as bytes: a line that says what it is, with a checksum, and a line of JSON. */
import * as v from 'valibot';
import { crc32 } from '../../formats/compression/crc32.ts';
import { RecordingAccessError } from './errors.ts';
import type { IndexStretch, RecordingIndex } from './recording-index.ts';

const SIGNATURE = 'saccade recording index';
/** What is read; others have another layout. */
const VERSION = 1;

const whole = v.pipe(v.number(), v.safeInteger());
const count = v.pipe(whole, v.minValue(0));
const time = v.nullable(v.number());

const summary = v.object({
  events: count,
  on: v.nullable(count),
  tFirst: time,
  tLast: time,
  durationMicros: v.number(),
  rate: v.object({ binMicros: v.number(), spanMicros: v.number(), counts: v.array(v.number()) }),
  segments: v.array(
    v.object({
      ...{ segment: count, events: count, tFirst: v.number(), tLast: v.number() },
      ...{ tEarliest: v.number(), tLatest: v.number() },
    }),
  ),
});

const report = v.looseObject({
  ...{ format: v.string(), variant: v.string(), bytes: count, headerBytes: count, events: count, on: count },
  headerLines: v.array(v.string()),
  ...{ tFirst: time, tLast: time, wraps: count, resets: count, backwardSteps: count },
  dropped: v.record(v.string(), count),
  side: v.record(v.string(), count),
  truncatedBytes: count,
  truncatedAt: v.nullable(count),
  datagrams: v.null(),
  faults: v.array(v.object({ code: v.string(), byteOffset: count, message: v.string() })),
  faultCount: count,
  notes: v.array(v.object({ code: v.string(), message: v.string(), option: v.optional(v.string()) })),
});

/**
 * Events, earliest, latest, segment, last segment, origin; then, but for the first, the point. Looked at as a whole: number by
 * number, an index of 2 GB is 20 MB of garbage.
 */
const stretch = v.custom<number[]>(
  (value) => Array.isArray(value) && value.length >= 6 && value.every((number) => typeof number === 'number'),
  'a stretch is six numbers or more',
);

const file = v.object({
  origin: v.picklist(['decoded', 'table']),
  file: v.object({ bytes: count, crc32: count }),
  format: v.string(),
  decoding: v.string(),
  geometry: v.nullable(v.object({ width: count, height: count })),
  prefixBytes: count,
  stretches: v.pipe(v.array(stretch), v.minLength(1)),
  summary,
  report: v.nullable(report),
});

function stretchNumbers({
  point,
  events,
  tEarliest,
  tLatest,
  segment,
  lastSegment,
  tOrigin,
}: IndexStretch): number[] {
  const known = [events, tEarliest, tLatest, segment, lastSegment, tOrigin];
  return point === null ? known : [...known, point.byteOffset, point.segment, ...point.state];
}

function stretchOf(numbers: readonly number[]): IndexStretch {
  const [events, tEarliest, tLatest, segment, lastSegment, tOrigin, byteOffset, ...rest] = numbers as [
    ...[number, number, number, number, number, number],
    number | undefined,
    ...number[],
  ];
  const [pointSegment = 0, ...state] = rest;
  const point = byteOffset === undefined ? null : { byteOffset, segment: pointSegment, state };
  return { point, events, tEarliest, tLatest, segment, lastSegment, tOrigin };
}

/**
 * An index as a file has it, beside the recording usually: `recording.raw.saccade-index`. At most some megabytes.
 *
 * @example
 * ```ts
 * import { Atis40Encoder, batchFromTuples, blobSource, decodeIndex, encodeIndex, openRecording } from 'saccade';
 * const bytes = new Atis40Encoder().push(batchFromTuples([[10, 1, 2, 1], [30, 1, 2, 0]]));
 * const source = blobSource(new Blob([bytes as Uint8Array<ArrayBuffer>]));
 * const options = { format: 'atis40' };
 * const stored = encodeIndex(await (await openRecording(source, options)).buildIndex());
 * const recording = await openRecording(source, { ...options, index: decodeIndex(stored) });
 * console.log((await recording.summary()).events, recording.bytesRead); // 2 0
 * ```
 */
export function encodeIndex({ stretches, ...index }: RecordingIndex): Uint8Array {
  const json = JSON.stringify({ ...index, stretches: stretches.map(stretchNumbers) });
  const checksum = crc32(new TextEncoder().encode(json));
  return new TextEncoder().encode(`${SIGNATURE} ${VERSION} ${checksum}\n${json}\n`);
}

/**
 * Reads what {@link encodeIndex} wrote. Whether it is of a recording is looked at by `openRecording`.
 *
 * @throws RecordingAccessError `BAD_INDEX`.
 */
export function decodeIndex(bytes: Uint8Array): RecordingIndex {
  const text = new TextDecoder().decode(bytes);
  const lineEnd = text.indexOf('\n');
  const [, version, checksum] = new RegExp(`^${SIGNATURE} (\\d+) (\\d+)$`).exec(text.slice(0, lineEnd)) ?? [];
  if (version === undefined) throw badIndex('it does not begin as one');
  if (Number(version) !== VERSION) throw badIndex(`it is of version ${version}, not ${VERSION}`);
  const json = text.slice(lineEnd + 1, -1);
  if (crc32(new TextEncoder().encode(json)) !== Number(checksum)) throw badIndex('its checksum is another');
  const { stretches, ...index } = parsed(json);
  const read = stretches.map(stretchOf);
  const places = read.map(({ point }) => point?.byteOffset ?? 0);
  const isOrdered = places.every((place, i) => (i === 0 ? place === 0 : place > places[i - 1]!));
  if (!isOrdered || read[0]!.point !== null) throw badIndex('its places are not in order');
  return { ...index, stretches: read } as RecordingIndex;
}

function parsed(json: string): v.InferOutput<typeof file> {
  try {
    return v.parse(file, JSON.parse(json));
  } catch (cause) {
    throw badIndex(`its content is another than expected (${(cause as Error).message})`);
  }
}

function badIndex(problem: string): RecordingAccessError {
  return new RecordingAccessError('BAD_INDEX', `The index cannot be read: ${problem}. Build it again.`);
}
