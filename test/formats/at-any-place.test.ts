/** Decoders that say which bytes they want give what they give of bytes in order, of damaged ones too. */
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/events/index.ts';
import { NpyDecoder, NpzDecoder, Rosbag2Decoder, type DecoderOptions } from '../../src/formats/index.ts';
import { decodeAll } from '../helpers/decode.ts';
import { decodeOutcome, outcomeAnywhere } from '../helpers/decode-outcome.ts';
import type { ContractSample } from '../helpers/format-contract.ts';
import { mutate } from '../helpers/fuzz.ts';
import { npyFile, numbers } from './npy/samples.ts';
import { array, npzSamples } from './npz/samples.ts';
import { bagFile } from './rosbag2/samples.ts';
import { hdf5Samples } from './hdf5/samples.ts';
import { formatSamples } from './samples.ts';

const APART: readonly ContractSample[] = [
  {
    name: 'NumPy matrix of a column an array, with bytes behind it',
    bytes: npyFile(
      "'<i4'",
      '(4, 6)',
      numbers(
        '<i4',
        Array.from({ length: 26 }, (_, i) => (i < 18 ? 3 * i : i % 2)),
      ),
    ),
    open: (options) => new NpyDecoder({ ...options, columns: 't,x,y,p' }),
  },
];

function asksForBytes({ bytes, open }: ContractSample): boolean {
  const decoder = open({});
  decoder.push(bytes);
  return (decoder.openRandomAccess?.(bytes.length) ?? null) !== null;
}

const SAMPLES = [...APART, ...formatSamples.filter(asksForBytes)];

describe('at any place', () => {
  it('formats whose events can lie anywhere, or apart, are read so', () => {
    const names = SAMPLES.map(({ name }) => name);
    for (const { name } of [...APART, ...npzSamples, ...hdf5Samples]) expect(names).toContain(name);
    expect(names).toContain('ROS 2 bag in SQLite');
  });

  it.each(SAMPLES)('$name: the same events, faults and report as in order', async (sample) => {
    const random = new SeededRandom(7);
    for (let i = 0; i < 300; i++) {
      const other = SAMPLES[random.integer(SAMPLES.length)]!.bytes;
      const bytes = i === 0 ? sample.bytes : mutate(random, sample.bytes, other);
      if (bytes.length === 0) continue;
      const options: DecoderOptions = { policy: i % 2 === 0 ? 'strict' : 'salvage', maxBatchEvents: 50 };
      const inOrder = decodeOutcome(sample.open(options), bytes);
      const anywhere = await outcomeAnywhere(sample.open(options), bytes);
      // Where an error ends it, bytes are those that were read.
      const { fault, report } = inOrder;
      const read = fault === null ? {} : { report: { ...report, bytes: anywhere.report.bytes } };
      expect(anywhere).toEqual({ ...inOrder, ...read });
    }
  });

  const count = 40_000;
  const column = Array.from({ length: count }, (_, i) => i);
  const polarity = column.map((i) => i % 2);
  const columns = { t: column, x: column, y: column, p: polarity };
  const members = Object.entries(columns).map(([name, values]) => [`${name}.npy`, array('<i4', values)]);

  it.each([
    {
      name: 'npy',
      bytes: npyFile("'<i4'", `(4, ${count})`, numbers('<i4', Object.values(columns).flat())),
      open: () => new NpyDecoder({ columns: 't,x,y,p', maxNpyBytes: 1000 }),
    },
    {
      name: 'npz',
      bytes: zipSync(Object.fromEntries(members), { level: 0 }),
      open: () => new NpzDecoder({ maxNpzBytes: 1000 }),
    },
    {
      name: 'rosbag2',
      bytes: bagFile('one-camera'),
      open: () => new Rosbag2Decoder({ maxDatabaseBytes: 1000 }),
    },
  ])('$name: what may be kept of bytes in order is no limit here', async ({ bytes, open }) => {
    for (const size of [500, Infinity])
      expect(() => decodeAll(open(), bytes, [size])).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
    expect(await outcomeAnywhere(open(), bytes)).toMatchObject({
      fault: null,
      report: { events: bytes.length > 10_000 ? count : 82, bytes: bytes.length, faults: [] },
    });
  });
});
