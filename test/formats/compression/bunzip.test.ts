import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bunzip } from '../../../src/formats/compression/bunzip.ts';
import { hasPythonModule } from '../../helpers/python.ts';
import { joinBytes } from '../../helpers/round-trip.ts';

/** What Python's bz2 makes of each of the inputs. */
function bzip2(inputs: readonly Uint8Array[], level: number): Uint8Array[] {
  const script = `
import bz2, struct, sys
data, at = sys.stdin.buffer.read(), 0
while at < len(data):
    (length,) = struct.unpack_from("<I", data, at)
    packed = bz2.compress(data[at + 4 : at + 4 + length], ${level})
    sys.stdout.buffer.write(struct.pack("<I", len(packed)) + packed)
    at += 4 + length
`;
  const counted = inputs.flatMap((bytes) => [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes]);
  const packed = execFileSync('python3', ['-c', script], {
    input: joinBytes(...counted),
    maxBuffer: 2 ** 26,
  });
  const streams: Uint8Array[] = [];
  for (let at = 0; at < packed.length;) {
    const end = at + 4 + packed.readUInt32LE(at);
    streams.push(new Uint8Array(packed.subarray(at + 4, end)));
    at = end;
  }
  return streams;
}

/** Bytes that follow from a seed. */
function noise(length: number, values = 256, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 16) % values;
  });
}

/** Each byte so often. */
function runs(lengths: readonly number[]): Uint8Array {
  return joinBytes(...lengths.map((length, i) => new Uint8Array(length).fill(i % 3)));
}

const INPUTS: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(255),
  'all values': Uint8Array.from({ length: 5120 }, (_, i) => i),
  'runs around those that are counted': runs([
    1, 3, 4, 5, 6, 8, 254, 255, 256, 258, 259, 260, 263, 518, 4, 4,
  ]),
  'a run over the end of the first block': joinBytes(noise(899_900, 7), new Uint8Array(600), noise(300, 7)),
  'several blocks of level 9': noise(1_000_000, 5),
  noise: noise(150_000),
  repetitions: Uint8Array.from({ length: 300_000 }, (_, i) => [1, 2, 3, 1, 2, 9][i % 6]!),
};

describe.skipIf(!hasPythonModule('bz2'))('bunzip', () => {
  it.each([1, 9])('gives back what Python compressed at level %i, and never more than it may', (level) => {
    const inputs = Object.entries(INPUTS);
    const streams = bzip2(Object.values(INPUTS), level);
    inputs.forEach(([name, bytes], i) => {
      expect(Buffer.compare(bunzip(streams[i]!, bytes.length), bytes), name).toBe(0);
    });
    for (const i of [1, 2, 3])
      expect(() => bunzip(streams[i]!, inputs[i]![1].length - 1)).toThrow(
        expect.objectContaining({ code: 'TOO_LARGE' }),
      );
  });

  it('gives back streams of any bytes, one behind the other', () => {
    const byte = fc.oneof({ weight: 5, arbitrary: fc.constant(7) }, fc.integer({ min: 0, max: 255 }));
    const bytes = fc.array(byte, { maxLength: 900 }).map((values) => Uint8Array.from(values));
    const samples = fc.sample(bytes, { numRuns: 200, seed: 3 });
    const streams = bzip2(samples, 5);
    samples.forEach((sample, i) => {
      expect(bunzip(streams[i]!, 900)).toEqual(sample);
    });
    expect(bunzip(joinBytes(...streams), 200 * 900)).toEqual(joinBytes(...samples));
  });

  it('a flipped bit or a cut gives the same bytes or an error, never others', () => {
    const plain = joinBytes(noise(150, 9), new Uint8Array(300));
    const [stored] = bzip2([plain], 1);
    let errors = 0;
    for (let bit = 0; bit < 8 * stored!.length; bit++) {
      const damaged = stored!.slice();
      damaged[bit >>> 3]! ^= 1 << (bit & 7);
      try {
        // Some bits say nothing: the padding, tables that no group of symbols takes.
        expect(bunzip(damaged, 1000)).toEqual(plain);
      } catch (error) {
        expect(error).toMatchObject({ name: 'CodecError' });
        errors++;
      }
    }
    expect(errors).toBeGreaterThan(4 * stored!.length);
    // The checksum of the stream: in front of the padding.
    const wrongSum = stored!.slice();
    wrongSum[stored!.length - 2]! ^= 1;
    expect(() => bunzip(wrongSum, 1000)).toThrow(/wrong checksum/);
    for (let length = 0; length < stored!.length; length++)
      expect(() => bunzip(stored!.subarray(0, length), 1000)).toThrow(
        expect.objectContaining({ code: 'CORRUPT_DATA' }),
      );
  });
});
