/**
 * XXH64 of bytes that come in parts, in 32-bit arithmetic: BigInt takes ten times as long. Source: the xxHash specification.
 */

/** Halves of a 64-bit number. */
type Pair = readonly [high: number, low: number];

const PRIME_1: Pair = [0x9e37_79b1, 0x85eb_ca87];
const PRIME_2: Pair = [0xc2b2_ae3d, 0x27d4_eb4f];
const PRIME_3: Pair = [0x1656_67b1, 0x9e37_79f9];
const PRIME_4: Pair = [0x85eb_ca77, 0xc2b2_ae63];
const PRIME_5: Pair = [0x27d4_eb2f, 0x1656_67c5];
const STRIPE_BYTES = 32;
const LANES = 4;

/** The upper half of a product of 32-bit numbers. */
function upperProduct(a: number, b: number): number {
  const [aHigh, aLow, bHigh, bLow] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 65_536) + Math.floor(other / 65_536)) | 0;
}

function multiply([aHigh, aLow]: Pair, [bHigh, bLow]: Pair): Pair {
  return [
    (upperProduct(aLow, bLow) + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0,
    Math.imul(aLow, bLow),
  ];
}

function add([aHigh, aLow]: Pair, [bHigh, bLow]: Pair): Pair {
  const low = (aLow + bLow) | 0;
  return [(aHigh + bHigh + (low >>> 0 < aLow >>> 0 ? 1 : 0)) | 0, low];
}

function rotate([high, low]: Pair, by: number): Pair {
  const [a, b] = by < 32 ? [high, low] : [low, high];
  const bits = by % 32;
  return bits === 0 ? [a, b] : [(a << bits) | (b >>> (32 - bits)), (b << bits) | (a >>> (32 - bits))];
}

function xor([aHigh, aLow]: Pair, [bHigh, bLow]: Pair): Pair {
  return [aHigh ^ bHigh, aLow ^ bLow];
}

function shiftRight([high, low]: Pair, by: number): Pair {
  return by < 32 ? [high >>> by, (low >>> by) | (high << (32 - by))] : [0, high >>> (by - 32)];
}

function round(lane: Pair, word: Pair): Pair {
  return multiply(rotate(add(lane, multiply(word, PRIME_2)), 31), PRIME_1);
}

function merge(sum: Pair, lane: Pair): Pair {
  return add(multiply(xor(sum, round([0, 0], lane)), PRIME_1), PRIME_4);
}

/** Takes bytes, with seed 0. */
export class Xxh64 {
  readonly #lanes: Pair[] = [add(PRIME_1, PRIME_2), PRIME_2, [0, 0], [-0x9e37_79b2, -0x85eb_ca87]];
  readonly #rest = new Uint8Array(STRIPE_BYTES);
  #resting = 0;
  #length = 0;

  push(bytes: Uint8Array): void {
    this.#length += bytes.length;
    let at = 0;
    if (this.#resting > 0) {
      at = Math.min(STRIPE_BYTES - this.#resting, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#resting);
      this.#resting += at;
      if (this.#resting < STRIPE_BYTES) return;
      this.#stripes(this.#rest, 0, STRIPE_BYTES);
      this.#resting = 0;
    }
    const end = bytes.length - ((bytes.length - at) % STRIPE_BYTES);
    this.#stripes(bytes, at, end);
    this.#rest.set(bytes.subarray(end));
    this.#resting = bytes.length - end;
  }

  /** The lower half of the sum so far. */
  low32(): number {
    let sum = add(this.#length < STRIPE_BYTES ? PRIME_5 : this.#merged(), this.#lengthPair());
    const view = new DataView(this.#rest.buffer);
    let at = 0;
    for (; at + 8 <= this.#resting; at += 8) {
      const word: Pair = [view.getInt32(at + 4, true), view.getInt32(at, true)];
      sum = add(multiply(rotate(xor(sum, round([0, 0], word)), 27), PRIME_1), PRIME_4);
    }
    if (at + 4 <= this.#resting) {
      const word = multiply([0, view.getInt32(at, true)], PRIME_1);
      sum = add(multiply(rotate(xor(sum, word), 23), PRIME_2), PRIME_3);
      at += 4;
    }
    for (; at < this.#resting; at++)
      sum = multiply(rotate(xor(sum, multiply([0, this.#rest[at]!], PRIME_5)), 11), PRIME_1);
    sum = multiply(xor(sum, shiftRight(sum, 33)), PRIME_2);
    sum = multiply(xor(sum, shiftRight(sum, 29)), PRIME_3);
    return xor(sum, shiftRight(sum, 32))[1] >>> 0;
  }

  #merged(): Pair {
    const [a, b, c, d] = this.#lanes as [Pair, Pair, Pair, Pair];
    const sum = add(add(rotate(a, 1), rotate(b, 7)), add(rotate(c, 12), rotate(d, 18)));
    return this.#lanes.reduce(merge, sum);
  }

  #lengthPair(): Pair {
    return [Math.floor(this.#length / 2 ** 32) | 0, this.#length | 0];
  }

  #stripes(bytes: Uint8Array, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const lanes = this.#lanes;
    for (let at = from; at < to; at += STRIPE_BYTES) {
      for (let lane = 0; lane < LANES; lane++) {
        const place = at + 8 * lane;
        lanes[lane] = round(lanes[lane]!, [view.getInt32(place + 4, true), view.getInt32(place, true)]);
      }
    }
  }
}
