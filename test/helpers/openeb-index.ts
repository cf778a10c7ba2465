/**
 * Writes the index of a RAW file as OpenEB 5.1.1 does: `build_and_try_writing_bookmarks` (hal/cpp/src/facilities/i_events_stream.cpp)
 * over the clocks and counts of its decoders (evt2_decoder.h, evt21_decoder.h, evt3_decoder.h), word by word.
 */
interface OpenebDecoder {
  readonly wordBytes: number;
  /** -1 before it is known. Shifted. */
  time: number;
  shift: number | null;
  /** Returns the CD events of the word. */
  word(view: DataView, at: number): number;
}

function bits(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** @param upperAt where in a word the EVT2 word is. */
function evt2(wordBytes: 4 | 8, upperAt: number): OpenebDecoder {
  let base = -1;
  let loops = 0;
  return {
    wordBytes,
    time: -1,
    shift: null,
    word(view, at) {
      const word = view.getUint32(at + upperAt, true);
      const type = word >>> 28;
      if (type === 8) {
        const high = (word & 0xfff_ffff) * 64 + loops * 2 ** 34;
        this.shift ??= high;
        if (base - high > 2 ** 33) loops++;
        const next = (word & 0xfff_ffff) * 64 + loops * 2 ** 34;
        if (next !== base && this.time >= 0) this.time = next - this.shift;
        base = next;
      } else if (base >= 0 && [0, 1, 10, 14].includes(type)) {
        this.time = base + ((word >>> 22) & 63) - this.shift!;
        if (type <= 1) return wordBytes === 4 ? 1 : bits(view.getUint32(at + 4 - upperAt, true));
      }
      return 0;
    },
  };
}

function evt3(): OpenebDecoder {
  let [high, low, loops, isSet] = [-1, 0, 0, false];
  let [isCd, rest] = [false, 0];
  return {
    wordBytes: 2,
    time: -1,
    shift: null,
    word(view, at) {
      const word = view.getUint16(at, true);
      const type = word >>> 12;
      let events = 0;
      if (high < 0 && type !== 8) return 0;
      if (type === 8) {
        const next = word & 0xfff;
        if (high < 0) {
          high = Math.max(0, next - 1);
          this.shift = high * 4096;
        }
        if (high >= 2048 + next) loops++;
        if (high !== next) low = 0;
        high = next;
      } else if (type === 2) {
        events = Number(isCd);
      } else if (type === 4 || type === 5) {
        rest += isCd ? bits(word & (type === 4 ? 0xfff : 0xff)) : 0;
        // Counted with the third word.
        if (type === 5) [events, rest] = [rest, 0];
      } else if (type !== 10 && type !== 14) {
        if (type === 6) low = word & 0xfff;
        if (type < 2) isCd = type === 0;
        isSet = true;
      }
      if (isSet) this.time = (loops * 4096 + high) * 4096 + low - this.shift!;
      return events;
    },
  };
}

const PERIOD = 2000;

/** What a test may have wrong. */
export interface OpenebFaults {
  readonly header?: Readonly<Record<string, string>>;
  /** Changes time, byte or events of a bookmark. */
  readonly change?: (bookmark: [time: number, byte: number, events: number], number: number) => void;
}

/** The index of a whole RAW file. */
export function openebIndexOf(raw: Uint8Array, { header = {}, change }: OpenebFaults = {}): Uint8Array {
  let start = 0;
  const fields = new Map<string, string>();
  while (raw[start] === 0x25 && raw[start + 1] === 0x20) {
    const end = raw.indexOf(10, start);
    const [key = '', ...value] = Buffer.from(raw.subarray(start + 2, end))
      .toString('latin1')
      .trim()
      .split(/\s+/);
    start = end + 1;
    if (key === 'end') break;
    fields.set(key, value.join(' '));
  }
  const encoding = /^EVT\d+/.exec(fields.get('format') ?? '')?.[0] ?? `EVT${fields.get('evt')![0]!}`;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const upperAt = encoding === 'EVT21' && view.getUint32(start + 4, true) >>> 28 === 8 ? 4 : 0;
  const decoder = encoding === 'EVT3' ? evt3() : evt2(encoding === 'EVT2' ? 4 : 8, upperAt);
  const bookmarks: [number, number, number][] = [];
  let [count, previous, lastTime, lastIndex, lastByte, lastCount] = [0, -1, -1, 0, start, 0];
  const add = (upTo: number, events: number): void => {
    for (let first = true; lastIndex < upTo; lastIndex++, first = false)
      bookmarks.push([lastTime, lastByte, first ? events : 0]);
  };
  for (let at = start; at + decoder.wordBytes <= raw.length; at += decoder.wordBytes) {
    count += decoder.word(view, at);
    if (decoder.shift === null || decoder.time === previous) continue;
    previous = decoder.time;
    const index = Math.floor(decoder.time / PERIOD) + 1;
    if (index <= lastIndex) continue;
    add(index, lastCount);
    [lastByte, lastTime, lastCount, count] = [at, decoder.time, count, 0];
  }
  add(lastIndex + 1, lastCount);
  const own: Record<string, string> = {
    ...{ bookmark_period_us: String(PERIOD), hal_plugin_version: '5.1.1', hal_version: '5.1.1' },
    ...{
      index_version: '2.0',
      platform: 'Linux',
      size: String(raw.length),
      ts_shift_us: String(decoder.shift),
    },
    ...header,
  };
  const lines = [...Object.entries({ ...Object.fromEntries(fields), ...own })]
    .sort()
    .map((pair) => `% ${pair.join(' ')}\n`);
  const body = Buffer.alloc(20 * (bookmarks.length + 1));
  for (const [i, bookmark] of bookmarks.entries()) {
    change?.(bookmark, i);
    body.writeBigInt64LE(BigInt(bookmark[0]), 20 * i);
    body.writeBigUInt64LE(BigInt(bookmark[1]), 20 * i + 8);
    body.writeUInt32LE(bookmark[2], 20 * i + 16);
  }
  body.write('54e261bd574c0d3047345ddc04492a5ade09d361', 20 * bookmarks.length, 'hex');
  return Buffer.concat([Buffer.from(`${lines.join('')}% end\n`), body]);
}
