/** LZ4 blocks, compressed. Source: LZ4 block format description. */

const MIN_MATCH = 4;
/** The last bytes of a block are literals, and no match starts in the last 12. */
const LAST_LITERALS = 5;
const LAST_MATCH_START = 12;
const MAX_OFFSET = 0xffff;
const HASH_BITS = 14;
/** Below, a loop is faster than a call to copy. */
const MAX_LOOP_BYTES = 32;

/** Most bytes that a block of `length` bytes can compress to. */
export function maxCompressedBytes(length: number): number {
  return length + Math.ceil(length / 255) + 16;
}

/** Last place of a hash of four bytes, and the place before of the same, by the place's lowest bits. */
const heads = new Int32Array(1 << HASH_BITS);
const places = new Int32Array(MAX_OFFSET + 1);

/**
 * Compresses the blocks of one input. Matches reach back into the blocks before.
 *
 * @param effort how many earlier places are tried for each match. 1: the last one, once per sequence. More: also places
 *   inside a match are looked at, and a longer one that begins there cuts it short.
 */
export class BlockCompressor {
  readonly #input: Uint8Array;
  readonly #view: DataView;
  readonly #effort: number;
  /** Places before this are in the tables. */
  #noted = 0;
  #offset = 0;

  constructor(input: Uint8Array, effort: number) {
    this.#input = input;
    this.#view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    this.#effort = effort;
    heads.fill(-1);
  }

  /** Compresses `[start, end)`, which begins where the block before ended. @returns the end of the output. */
  compress(start: number, end: number, output: Uint8Array, at: number): number {
    return this.#effort > 1
      ? this.#compressThoroughly(start, end, output, at)
      : this.#compressFast(start, end, output, at);
  }

  /** In one loop over local variables: 1.4 times as fast as with calls (Node 20). */
  #compressFast(start: number, end: number, output: Uint8Array, at: number): number {
    const input = this.#input;
    const view = this.#view;
    const lastStart = end - LAST_MATCH_START;
    const lastMatchEnd = end - LAST_LITERALS;
    let to = at;
    let anchor = start;
    let from = start;
    while (from <= lastStart) {
      const four = view.getUint32(from, true);
      const hash = hashOf(four);
      let place = heads[hash]!;
      heads[hash] = from;
      if (place < 0 || from - place > MAX_OFFSET || view.getUint32(place, true) !== four) {
        // Incompressible stretches are left in growing steps.
        from += 1 + ((from - anchor) >>> 6);
        continue;
      }
      let matchEnd = from + MIN_MATCH;
      for (let back = place + MIN_MATCH; matchEnd < lastMatchEnd && input[matchEnd] === input[back]; back++)
        matchEnd++;
      const offset = from - place;
      for (; from > anchor && place > 0 && input[from - 1] === input[place - 1]; place--) from--;
      to = putSequence(output, to, input, anchor, from, offset, matchEnd - from);
      from = matchEnd;
      anchor = matchEnd;
      if (from <= lastStart) heads[hashOf(view.getUint32(from - 2, true))] = from - 2;
    }
    return putLiterals(output, to, input, anchor, end, 0);
  }

  #compressThoroughly(start: number, end: number, output: Uint8Array, at: number): number {
    const lastStart = end - LAST_MATCH_START;
    let to = at;
    let anchor = start;
    let from = start;
    while (from <= lastStart) {
      let length = this.#longest(from, end);
      if (length < MIN_MATCH) {
        from++;
        continue;
      }
      let offset = this.#offset;
      for (let ahead = 1; ahead < length && from + ahead <= lastStart; ahead++) {
        const later = this.#longest(from + ahead, end);
        if (later <= length) continue;
        // What stands before the longer match is a shorter one where that is long enough, else literals.
        if (ahead >= MIN_MATCH) {
          to = putSequence(output, to, this.#input, anchor, from, offset, ahead);
          anchor = from + ahead;
        }
        from += ahead;
        length = later;
        offset = this.#offset;
        ahead = 0;
      }
      for (
        ;
        from > anchor && from > offset && this.#input[from - 1] === this.#input[from - 1 - offset];
        from--
      )
        length++;
      to = putSequence(output, to, this.#input, anchor, from, offset, length);
      from += length;
      anchor = from;
    }
    return putLiterals(output, to, this.#input, anchor, end, 0);
  }

  /** Length of the longest match at a place, whose offset is `#offset` then; 0 where there is none. */
  #longest(from: number, end: number): number {
    const input = this.#input;
    const four = this.#view.getUint32(from, true);
    const last = end - LAST_LITERALS;
    for (; this.#noted < from; this.#noted++) this.#note(this.#noted);
    let longest = MIN_MATCH - 1;
    let place = heads[hashOf(four)]!;
    for (let left = this.#effort; left > 0 && place >= 0 && from - place <= MAX_OFFSET; left--) {
      if (this.#view.getUint32(place, true) === four && input[place + longest] === input[from + longest]) {
        let to = from + MIN_MATCH;
        for (let back = place + MIN_MATCH; to < last && input[to] === input[back]; back++) to++;
        if (to - from > longest) {
          longest = to - from;
          this.#offset = from - place;
        }
      }
      const before = places[place & MAX_OFFSET]!;
      // What was written over it is later.
      place = before < place ? before : -1;
    }
    return longest < MIN_MATCH ? 0 : longest;
  }

  #note(place: number): void {
    const hash = hashOf(this.#view.getUint32(place, true));
    places[place & MAX_OFFSET] = heads[hash]!;
    heads[hash] = place;
  }
}

function hashOf(four: number): number {
  return Math.imul(four, 0x9e37_79b1) >>> (32 - HASH_BITS);
}

function putSequence(
  output: Uint8Array,
  at: number,
  input: Uint8Array,
  anchor: number,
  from: number,
  offset: number,
  length: number,
): number {
  const extra = length - MIN_MATCH;
  let to = putLiterals(output, at, input, anchor, from, Math.min(15, extra));
  output[to++] = offset & 0xff;
  output[to++] = offset >>> 8;
  return extra >= 15 ? putLength(output, to, extra - 15) : to;
}

function putLiterals(
  output: Uint8Array,
  at: number,
  input: Uint8Array,
  from: number,
  end: number,
  low: number,
): number {
  const length = end - from;
  output[at] = (Math.min(15, length) << 4) | low;
  let to = length >= 15 ? putLength(output, at + 1, length - 15) : at + 1;
  if (length > MAX_LOOP_BYTES) {
    output.set(input.subarray(from, end), to);
    return to + length;
  }
  for (let i = from; i < end; i++) output[to++] = input[i]!;
  return to;
}

function putLength(output: Uint8Array, at: number, rest: number): number {
  let to = at;
  let left = rest;
  for (; left >= 255; left -= 255) output[to++] = 255;
  output[to++] = left;
  return to;
}
