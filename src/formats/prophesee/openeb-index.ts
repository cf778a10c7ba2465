/**
 * The index that OpenEB writes beside a RAW file when it opens it, `<name>.raw.tmp_index`. There is no description of it but
 * its source: github.com/prophesee-ai/openeb, version 5.1.1, hal/cpp/src/facilities/i_events_stream.cpp.
 *
 * The header has the lines of the RAW file and `size` (its bytes), `index_version`, `bookmark_period_us`, `ts_shift_us` and the
 * versions of who wrote it. Bookmarks follow, 20 bytes each, little-endian: time (int64, less `ts_shift_us`; -1 before the first),
 * byte of the RAW file (uint64), CD events since the last bookmark (uint32); one for every 2 ms, silent ones again what was
 * the last. A word with the new time stands at that byte; its events are counted. 20 bytes of a Mersenne Twister end the file.
 *
 * A bookmark knows the time and nothing else: OpenEB itself leaves out what comes behind it until words have set row and
 * base (evt3_decoder.h, `reset_last_timestamp_impl`). So the state is decoded from what leads up to a place. Events behind the
 * last bookmark are not counted, and those that OpenEB leaves out neither.
 */
import { EventFormatError } from '../errors.ts';
import type { ByteTask } from '../random-access.ts';
import type { IndexedBytes, PlaceBeside, TableBeside } from '../table-beside.ts';
import { TextHeaderReader } from '../text-header.ts';
import { PROPHESEE_SYNTAX } from './header.ts';
import { RAW_STATE, startRaw, type RawState } from './words.ts';

/** How an encoding's words tell the time, and whether they refer to a row and a base. */
export interface RawClock {
  readonly wordBytes: number;
  /** Microseconds of a step of TIME_HIGH. */
  readonly lowRange: number;
  /** Values of TIME_HIGH. */
  readonly highRange: number;
  /** Whether the state has more than TIME_HIGH. */
  readonly hasRow: boolean;
}

const BOOKMARK_BYTES = 20;
const CHUNK_BYTES = BOOKMARK_BYTES * 16_384;
const VERSION = '2.0';
/** The first 20 bytes of `std::mt19937(0x6d76)` in the order of a bookmark. */
const END = Uint8Array.of(
  ...[0x54, 0xe2, 0x61, 0xbd, 0x57, 0x4c, 0x0d, 0x30],
  ...[0x47, 0x34, 0x5d, 0xdc, 0x04, 0x49, 0x2a, 0x5a, 0xde, 0x09, 0xd3, 0x61],
);

/** OpenEB's index of files of an encoding. */
export function openebIndex(clock: RawClock): TableBeside {
  const { lowRange, highRange, hasRow, wordBytes } = clock;
  const stateOf = (tMicros: number, others: Partial<RawState>, flip = 0): RawState => {
    const ticks = Math.floor(tMicros / lowRange);
    const high = (ticks % highRange) ^ flip;
    const loops = Math.floor(ticks / highRange);
    const highMicros = (loops * highRange + high) * lowRange;
    const row = hasRow ? { micros: highMicros, row: flip, base: flip, polarity: flip } : {};
    return { ...startRaw(), high, loops, highMicros, ...row, ...others };
  };
  const numbers = (state: RawState): number[] => RAW_STATE.map((name) => state[name]);
  return {
    suffix: '.tmp_index',
    *read(size, recording, leastBytes) {
      const header = yield* readHeader(size);
      const { shiftMicros } = checkedHeader(header.lines, recording);
      return yield* readPlaces(size, header.bytes, { recording, leastBytes, shiftMicros, wordBytes });
    },
    guesses: (tMicros) => [numbers(stateOf(tMicros, {}, 0)), numbers(stateOf(tMicros, {}, 1))],
    settle: (state, tMicros) => {
      const [high, , highMicros, micros, row, base, polarity] = state as RawNumbers;
      const settled = stateOf(tMicros, hasRow ? { micros: tMicros, row, base, polarity } : {});
      const isThen = high === settled.high && (!hasRow || micros - highMicros === tMicros % lowRange);
      return isThen ? numbers(settled) : null;
    },
  };
}

/** In the order of {@link RAW_STATE}. */
type RawNumbers = readonly [number, number, number, number, number, number, number];

function* readHeader(size: number): ByteTask<TextHeaderReader> {
  const header = new TextHeaderReader(PROPHESEE_SYNTAX);
  for (let at = 0; at < size;) {
    const bytes = yield { offset: at, length: CHUNK_BYTES };
    at += bytes.length;
    if (header.push(bytes) !== null || bytes.length === 0) break;
  }
  return header;
}

/** Keys and values, with one space between words, as OpenEB's `GenericHeader` has them. */
function fieldsOf(lines: readonly string[]): Map<string, string> {
  const words = lines.map((line) => line.slice(2).trim().split(/\s+/));
  return new Map(words.map(([key = '', ...value]) => [key, value.join(' ')]));
}

/** Looks at what OpenEB looks at, but for the versions of its own. */
function checkedHeader(
  lines: readonly string[],
  { size, headerLines }: IndexedBytes,
): { readonly shiftMicros: number } {
  const fields = fieldsOf(lines);
  const version = fields.get('index_version');
  if (version !== VERSION) {
    const found = version === undefined ? 'has no version' : `is of version ${version}`;
    throw new EventFormatError('CORRUPT_DATA', 0, `OpenEB's index ${found}; ${VERSION} is read.`);
  }
  const stated = fields.get('size');
  if (stated !== String(size))
    throw ofAnother(`it is of ${stated ?? 'an unknown number of'} bytes, the recording has ${size}`);
  const known = fieldsOf(headerLines);
  known.delete('end');
  for (const [key, value] of known)
    if (fields.get(key) !== value) throw ofAnother(`its header differs in "${key}"`);
  const shift = fields.get('ts_shift_us') ?? '';
  if (!/^\d{1,15}$/.test(shift))
    throw new EventFormatError(
      'CORRUPT_DATA',
      0,
      "OpenEB's index does not say by how much its times are shifted.",
    );
  return { shiftMicros: Number(shift) };
}

function ofAnother(problem: string): EventFormatError {
  return new EventFormatError('BAD_HEADER', 0, `OpenEB's index is of another recording: ${problem}.`);
}

interface Bookmarks {
  readonly recording: IndexedBytes;
  readonly leastBytes: number;
  readonly shiftMicros: number;
  readonly wordBytes: number;
}

function* readPlaces(size: number, start: number, about: Bookmarks): ByteTask<PlaceBeside[]> {
  const { recording, leastBytes, shiftMicros, wordBytes } = about;
  const end = size - BOOKMARK_BYTES;
  const isWhole = end >= start && (end - start) % BOOKMARK_BYTES === 0;
  const last = isWhole ? yield { offset: end, length: BOOKMARK_BYTES } : new Uint8Array(0);
  if (last.length < BOOKMARK_BYTES || !END.every((byte, i) => byte === last[i]))
    throw new EventFormatError(
      'CORRUPT_DATA',
      Math.max(0, end),
      "OpenEB's index does not end as a whole one does.",
    );
  const places: PlaceBeside[] = [];
  let [before, time, events] = [recording.headerBytes, 0, 0];
  for (let at = start; at < end;) {
    const bytes = yield { offset: at, length: Math.min(CHUNK_BYTES, end - at) };
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i + BOOKMARK_BYTES <= bytes.length; i += BOOKMARK_BYTES) {
      const shifted = Number(view.getBigInt64(i, true));
      if (shifted < 0) continue;
      const offset = Number(view.getBigUint64(i + 8, true));
      const tMicros = shifted + shiftMicros;
      const isPossible =
        offset >= before &&
        offset + wordBytes <= recording.size &&
        (offset - recording.headerBytes) % wordBytes === 0 &&
        tMicros >= time &&
        Number.isSafeInteger(tMicros);
      if (!isPossible)
        throw new EventFormatError(
          'CORRUPT_DATA',
          at + i,
          `OpenEB's index goes to byte ${offset} at ${tMicros} µs, which cannot be.`,
        );
      [before, time] = [offset, tMicros];
      events += view.getUint32(i + 16, true);
      const byteOffset = offset + wordBytes;
      if (byteOffset - (places.at(-1)?.byteOffset ?? 0) < leastBytes) continue;
      places.push({ byteOffset, tMicros, events });
      events = 0;
    }
    if (bytes.length === 0) break;
    at += bytes.length;
  }
  return places;
}
