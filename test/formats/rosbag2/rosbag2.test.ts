import { describe, expect, it } from 'vitest';
import { Rosbag2Decoder } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { tuplesOf } from '../../helpers/raw-words.ts';
import { bagFile, rosbag2Samples } from './samples.ts';

describe('Rosbag2Decoder', () => {
  formatContract(rosbag2Samples);

  it('reads rows that reach over several pages, as Python wrote them', () => {
    const decoder = new Rosbag2Decoder({ policy: 'strict' });
    const second = Array.from({ length: 80 }, (_, i) => [9000 + i, i, 479, i % 2]);
    expect(tuplesOf(decoder, bagFile('one-camera'))).toEqual([[5000, 1, 2, 1], [5002, 3, 4, 0], ...second]);
    expect(decoder.geometry).toEqual({ width: 640, height: 480 });
    expect(decoder.report.notes).toMatchObject([
      { code: 'OTHER_TOPICS', message: expect.stringMatching(/\/imu/) },
    ]);
  });

  it('asks for the topic of several cameras, and says which packets are missing', () => {
    const bytes = bagFile('two-cameras');
    expect(() => decodeAll(new Rosbag2Decoder(), bytes)).toThrow(
      expect.objectContaining({ code: 'AMBIGUOUS_TOPIC' }),
    );
    expect(tuplesOf(new Rosbag2Decoder({ topic: '/right/events' }), bytes)).toEqual([[2, 5, 6, 1]]);
    const left = new Rosbag2Decoder({ topic: '/left/events' });
    expect(tuplesOf(left, bytes)).toEqual([
      [5000, 1, 2, 1],
      [5002, 3, 4, 0],
      [20_000, 7, 8, 0],
    ]);
    expect(left.report.notes).toMatchObject([
      { code: 'MISSING_PACKETS', message: expect.stringMatching(/^3 packets are missing/) },
      { code: 'OTHER_TOPICS', message: expect.stringMatching(/not read: \/right\/events/) },
    ]);
  });

  it('keeps what is whole of a cut file, and no more of it than it may', () => {
    const bytes = bagFile('one-camera');
    const decoder = new Rosbag2Decoder();
    // The last page has the rest of the second packet, the one before it the list of tables.
    const events = decodeAll(decoder, bytes.subarray(0, bytes.length - 1));
    expect([...events.t]).toEqual([5000, 5002]);
    expect(decoder.report.faults).toMatchObject([
      { code: 'CORRUPT_DATA', message: expect.stringMatching(/row 3 cannot be read/) },
      { code: 'TRUNCATED', message: expect.stringMatching(/lacks its last 1 bytes/) },
    ]);
    const beheaded = new Rosbag2Decoder();
    expect(() => decodeAll(beheaded, bytes.subarray(0, bytes.length - 513))).toThrow(
      /cut where it lists its tables/,
    );
    expect(beheaded.report.faults).toMatchObject([
      { code: 'CORRUPT_DATA', message: expect.stringMatching(/Page 5 is missing/) },
    ]);
    expect(() => decodeAll(new Rosbag2Decoder({ maxDatabaseBytes: bytes.length - 1 }), bytes)).toThrow(
      /maxDatabaseBytes/,
    );
  });

  it('says that a database with a write-ahead log may lack messages, and that another one is no bag', () => {
    const bytes = bagFile('one-camera');
    bytes[19] = 2;
    const decoder = new Rosbag2Decoder();
    decodeAll(decoder, bytes);
    expect(decoder.report.notes[0]).toMatchObject({ code: 'WRITE_AHEAD_LOG' });
    const at = new TextDecoder('latin1').decode(bytes).indexOf('messages(id INTEGER') - 60;
    const other = bytes.slice();
    for (let i = Math.max(0, at); i < at + 70; i++) if (other[i] === 0x6d) other[i] = 0x6e;
    expect(() => decodeAll(new Rosbag2Decoder(), other)).toThrow(/no bag/);
  });
});
