import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { lz4Codec } from '../../../src/formats/aedat4/codec/lz4-frame.ts';
import { createDecoder, RosbagDecoder, type Trigger } from '../../../src/formats/index.ts';
import { decodeAll } from '../../helpers/decode.ts';
import { digestOf } from '../../helpers/digest.ts';
import { formatContract } from '../../helpers/format-contract.ts';
import { hasPythonModule } from '../../helpers/python.ts';
import { tuplesOf } from '../../helpers/raw-words.ts';
import { containerRows, hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { joinBytes } from '../../helpers/round-trip.ts';
import { high, low, trigger, x, y } from '../evt3/samples.ts';
import {
  ARRAY_DEFINITION,
  arrayMessage,
  bag,
  chunk,
  compressedChunk,
  connection,
  forkedArrayMessage,
  message,
  packetMessage,
  PACKET_DEFINITION,
} from '../ros/messages.ts';
import { EVENT_CONNECTION, PACKETS, rosbagSamples, wordBytes } from './samples.ts';

describe('RosbagDecoder', () => {
  formatContract(rosbagSamples);

  it('goes on from one packet to the next, and says what it does not read', () => {
    const decoder = createDecoder();
    expect(tuplesOf(decoder, rosbagSamples[0]!.bytes)).toEqual([
      [4101, 3, 2, 1],
      [4101, 9, 2, 0],
      [4102, 20, 2, 1],
      [4102, 21, 2, 1],
      [4102, 31, 2, 1],
    ]);
    expect(decoder.geometry).toEqual({ width: 64, height: 32 });
    expect(decoder.report).toMatchObject({ variant: 'ROS1', faultCount: 0 });
    expect(decoder.report.notes).toMatchObject([
      {
        code: 'OTHER_TOPICS',
        message: expect.stringMatching(/\/events is read; .*\/imu \(sensor_msgs\/Imu, 1 messages\)/),
      },
    ]);
  });

  it('rounds nanoseconds to the nearest microsecond, halves to the even one', () => {
    expect(tuplesOf(new RosbagDecoder(), rosbagSamples[1]!.bytes)).toEqual([
      [1_000_000, 1, 2, 1],
      [1_000_002, 63, 31, 0],
      [1_000_003, 5, 6, 1],
    ]);
  });

  it('reads fields in the order of the definition, and refuses other ones', () => {
    const forked = ARRAY_DEFINITION.replace(
      'uint32 height\nuint32 width\nEvent[] events',
      'Event[] events\nuint32 height\nuint32 width',
    );
    const event = [5000, 1, 2, 1] as const;
    const bagOf = (definition: string, data: Uint8Array): Uint8Array =>
      bag(chunk('none', connection(0, '/e', 'dvs_msgs/EventArray', definition), message(0, data)));
    expect(tuplesOf(new RosbagDecoder(), bagOf(forked, forkedArrayMessage([event])))).toEqual([[5, 1, 2, 1]]);
    const other = ARRAY_DEFINITION.replace('bool polarity', 'uint32 polarity');
    expect(() => decodeAll(new RosbagDecoder(), bagOf(other, arrayMessage([event])))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }),
    );
  });

  it('never mixes cameras: which one is asked for', () => {
    const left = [
      connection(0, '/left', 'event_camera_msgs/EventPacket', PACKET_DEFINITION),
      message(0, PACKETS[0]!),
    ];
    const right = [connection(1, '/right', 'event_camera_msgs/EventPacket', PACKET_DEFINITION), message(1, packetMessage(wordBytes(high(9), low(1), y(1), x(0, 1))))]; // prettier-ignore
    const bytes = bag(chunk('none', ...left, ...right));
    expect(() => decodeAll(new RosbagDecoder(), bytes)).toThrow(/\/left and \/right.*--topic/);
    expect(tuplesOf(new RosbagDecoder({ topic: '/right' }), bytes)).toEqual([[9 * 4096 + 1, 1, 1, 0]]);
    expect(tuplesOf(new RosbagDecoder({ topic: '/left' }), bytes)).toEqual([[4101, 3, 2, 1]]);
    expect(() => decodeAll(new RosbagDecoder({ topic: '/top' }), bytes)).toThrow(
      /names \/top.*there is \/left/,
    );
  });

  describe('a topic with several publishers', () => {
    const type = 'event_camera_msgs/EventPacket';
    const connections = [2, 5].map((id) => connection(id, '/events', type, PACKET_DEFINITION));
    const one = [
      packetMessage(wordBytes(high(1), low(5), y(2), x(1, 3)), { seq: 4 }),
      packetMessage(wordBytes(low(6), x(1, 4)), { seq: 5 }),
    ].map((data) => message(2, data));
    const other = [
      packetMessage(wordBytes(x(0, 60), high(2), low(1), y(9), x(0, 7)), { seq: 100 }),
      packetMessage(wordBytes(low(2), x(0, 8)), { seq: 101 }),
    ].map((data) => message(5, data));
    const ofOne = [
      [4101, 3, 2, 1],
      [4102, 4, 2, 1],
    ];
    const ofOther = [
      [8193, 7, 9, 0],
      [8194, 8, 9, 0],
    ];

    it('one after the other are decoded each by itself, and this is said', () => {
      const decoder = new RosbagDecoder();
      const bytes = bag(chunk('none', ...connections, ...one, ...other));
      expect(tuplesOf(decoder, bytes)).toEqual([...ofOne, ...ofOther]);
      // The pixel in front of the clock is not the first publisher's.
      expect(decoder.report).toMatchObject({ dropped: { 'before-time': 1 }, resets: 1, faultCount: 0 });
      expect(decoder.report.notes).toMatchObject([
        { code: 'SEVERAL_PUBLISHERS', message: expect.stringContaining('/events#2, /events#5') as string },
      ]);
    });

    it('by turns are several cameras: which one is asked for', () => {
      const bytes = bag(chunk('none', ...connections, one[0]!, other[0]!, one[1]!, other[1]!));
      expect(() => decodeAll(new RosbagDecoder(), bytes)).toThrow(
        expect.objectContaining({
          code: 'AMBIGUOUS_TOPIC',
          message: expect.stringMatching(
            /publishers by turns, \/events#2 and \/events#5.*--topic \/events#2/,
          ) as string,
        }) as Error,
      );
      expect(() => decodeAll(new RosbagDecoder({ topic: '/events' }), bytes)).toThrow('by turns');
      expect(tuplesOf(new RosbagDecoder({ topic: '/events#2' }), bytes)).toEqual(ofOne);
      const decoder = new RosbagDecoder({ topic: '/events#5' });
      expect(tuplesOf(decoder, bytes)).toEqual(ofOther);
      expect(decoder.report.notes.map(({ message: text }) => text).join()).toMatch(
        /not read: \/events \(.*2 messages/,
      );
      expect(() => decodeAll(new RosbagDecoder({ topic: '/events#7' }), bytes)).toThrow(
        /names \/events#7.*there is \/events#2 .*\/events#5/,
      );
    });

    it('of arrays too, which have no state', () => {
      const array = [3, 4].map((id) => connection(id, '/dvs', 'dvs_msgs/EventArray', ARRAY_DEFINITION));
      const at = (id: number, t: number): Uint8Array => message(id, arrayMessage([[t, id, 1, 1]]));
      const turns = bag(...array, at(3, 1000), at(4, 2000), at(3, 3000));
      expect(() => decodeAll(new RosbagDecoder(), turns)).toThrow('by turns');
      const decoder = new RosbagDecoder();
      expect(tuplesOf(decoder, bag(...array, at(3, 1000), at(4, 2000)))).toEqual([
        [1, 3, 1, 1],
        [2, 4, 1, 1],
      ]);
      expect(decoder.report).toMatchObject({ resets: 0, notes: [{ code: 'SEVERAL_PUBLISHERS' }] });
    });

    it('go on from places of either', () => {
      const start = bag(...connections, one[0]!);
      const whole = new RosbagDecoder();
      whole.push(joinBytes(start, one[1]!, other[0]!));
      const point = whole.resumePoint()!;
      const decoder = new RosbagDecoder();
      decoder.push(start);
      decoder.resume(point);
      const [batch] = decoder.push(other[1]!);
      expect([batch!.t[0], batch!.x[0], batch!.y[0], batch!.segment]).toEqual([8194, 8, 9, 1]);
    });
  });

  it('delivers triggers of packets, and those on a topic of their own beside the camera', () => {
    const triggers: Trigger[] = [];
    const own = packetMessage(new Uint8Array(BigUint64Array.of((1n << 63n) | 2500n).buffer), { encoding: 'trigger', timeBase: 1000 }); // prettier-ignore
    const bytes = bag(
      connection(1, '/trigger', 'event_array_msgs/EventArray', PACKET_DEFINITION),
      message(1, own),
      EVENT_CONNECTION,
      message(0, packetMessage(wordBytes(high(1), low(5), trigger(3, 1), y(2), x(1, 3)))),
    );
    const decoder = new RosbagDecoder({ sideChannels: { trigger: (item) => triggers.push(item) } });
    expect(tuplesOf(decoder, bytes)).toEqual([[4101, 3, 2, 1]]);
    expect(triggers).toEqual([
      { tMicros: 4, channel: 0, edge: 'rising' },
      { tMicros: 4101, channel: 3, edge: 'rising' },
    ]);
  });

  it('says what is lost: packets by their numbers, other sizes, unknown encodings, odd bytes, cut chunks', () => {
    const words = wordBytes(high(1), low(5), y(2), x(1, 3));
    const decoder = new RosbagDecoder();
    const bytes = bag(
      chunk('none', EVENT_CONNECTION, message(0, packetMessage(words, { seq: 1 }))),
      message(0, packetMessage(words, { seq: 2, width: 65 })),
      message(0, packetMessage(words, { seq: 3, encoding: 'evt9' })),
      message(0, packetMessage(words, { seq: 4, bigEndian: 1 })),
      // 5 and 6 are not there; those that are left out are.
      message(0, packetMessage(joinBytes(words, Uint8Array.of(9)), { seq: 7 })),
      chunk('lz4', message(0, packetMessage(words, { seq: 8 }))),
    );
    const events = decodeAll(decoder, bytes.subarray(0, -20));
    expect(events.length).toBe(2);
    const { faults, notes, truncatedBytes } = decoder.report;
    expect(faults.map(({ code }) => code)).toEqual([
      ...['CORRUPT_DATA', 'UNSUPPORTED_FORMAT', 'UNSUPPORTED_FORMAT', 'CORRUPT_DATA'],
      'TRUNCATED',
    ]);
    expect(faults[0]!.message).toMatch(/65x32.*64x32/);
    expect(truncatedBytes).toBeGreaterThan(0);
    expect(notes).toMatchObject([{ code: 'MISSING_PACKETS', message: expect.stringMatching(/^2 packets/) }]);
  });

  it('bounds chunks, and goes on behind one that lies', () => {
    const words = wordBytes(high(1), low(5), y(2), x(1, 3));
    const good = message(0, packetMessage(words));
    const lying = chunk('none', good);
    // The length of the message in the chunk.
    lying[lying.length - good.length] = 0xff;
    const decoder = new RosbagDecoder({ maxChunkBytes: 4096 });
    const bomb = compressedChunk(
      'lz4',
      new Uint8Array(2 ** 20),
      chunk('lz4', new Uint8Array(2 ** 20)).slice(-4200),
    );
    const zeros = new Uint8Array(2 ** 18);
    const dense = compressedChunk('lz4', zeros, lz4Codec(1).compress(zeros));
    const events = decodeAll(decoder, bag(EVENT_CONNECTION, lying, chunk('lz4', message(0, packetMessage(new Uint8Array(5000)))), bomb, dense, good)); // prettier-ignore
    expect(events.length).toBe(1);
    expect(decoder.report.faults.map(({ code }) => code)).toEqual([
      'CORRUPT_DATA',
      ...['TOO_LARGE', 'TOO_LARGE', 'TOO_LARGE'],
    ]);
    expect(decoder.report.faults[3]!.message).toMatch(/more than 4096 bytes. Raise maxChunkBytes/);
  });

  it.skipIf(!hasPythonModule('bz2'))('reads chunks compressed by bzip2', () => {
    const records = joinBytes(EVENT_CONNECTION, ...PACKETS.map((packet) => message(0, packet)));
    const filler = message(
      9,
      Uint8Array.from({ length: 120_000 }, (_, i) => (i % 7 === 0 ? i >> 9 : 3)),
    );
    const plain = joinBytes(records, connection(9, '/o', 'x/Y', 'bool z\n'), filler);
    for (const level of [1, 9]) {
      const script = `import bz2,sys; sys.stdout.buffer.write(bz2.compress(sys.stdin.buffer.read(), ${level}))`;
      const stored = new Uint8Array(execFileSync('python3', ['-c', script], { input: plain }));
      const bytes = bag(compressedChunk('bz2', plain, stored));
      const decoder = new RosbagDecoder({ policy: 'strict' });
      expect(decodeAll(decoder, bytes).length).toBe(5);
      // The checksum of the first block.
      const damaged = bytes.slice();
      damaged[bytes.length - stored.length + 10]! ^= 1;
      const salvaging = new RosbagDecoder();
      expect(decodeAll(salvaging, damaged).length).toBe(0);
      expect(salvaging.report.faults).toMatchObject([
        { code: 'CORRUPT_DATA', message: expect.stringMatching(/checksum/) },
      ]);
    }
  });

  it.skipIf(!hasSharedData)(
    'the same recording as a ROS 1 bag and a ROS 2 bag gives the reference digest',
    () => {
      const rows = containerRows('ROS1', 'ROS2');
      expect(rows).toHaveLength(3);
      for (const row of rows) {
        const decoder = createDecoder({ policy: 'strict' });
        const events = decodeAll(decoder, readShared(row.path), [100_003, 7, 65_536]);
        expect(digestOf(events), row.path).toBe(row.sha256);
        expect(decoder.geometry).toEqual({ width: row.width, height: row.height });
        const { events: count, on, tFirst, tLast } = row;
        expect(decoder.report).toMatchObject({ variant: row.format, events: count, on, tFirst, tLast });
      }
    },
  );

  it('gives no place to go on from behind a topic of events that is declared later', () => {
    const first = [EVENT_CONNECTION, message(0, PACKETS[0]!)];
    const late = connection(7, '/events', 'event_camera_msgs/EventPacket', PACKET_DEFINITION);
    const decoder = new RosbagDecoder();
    decoder.push(bag(...first, message(0, PACKETS[1]!)));
    expect(decoder.resumePoint()).not.toBeNull();
    decoder.push(late);
    expect(decoder.resumePoint()).toBeNull();
    expect(decoder.push(message(7, PACKETS[0]!))).toHaveLength(1);
    // Declared again, it is the same one.
    const same = new RosbagDecoder();
    same.push(bag(...first, EVENT_CONNECTION, message(0, PACKETS[1]!)));
    expect(same.resumePoint()).not.toBeNull();
  });

  it('refuses a place of another encoding', () => {
    const decoder = new RosbagDecoder();
    decoder.push(rosbagSamples[0]!.bytes);
    const point = decoder.resumePoint()!;
    for (const state of [
      point.state.slice(0, -1),
      [...point.state, 0],
      point.state.with(4, 99),
      point.state.with(2, 5),
    ])
      expect(() => {
        decoder.resume({ ...point, state });
      }).toThrow(/not one of this format/);
  });
});
