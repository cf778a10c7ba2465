/** What `McapEncoder` writes, read by the reader of those who made MCAP. */
import { McapIndexedReader, McapStreamReader, type IReadable, type McapTypes } from '@mcap/core';
import { describe, expect, it } from 'vitest';
import { allocateEvents, batchOf, SeededRandom, type EventBatch } from '../../../src/events/index.ts';
import { Evt3Encoder, McapEncoder } from '../../../src/formats/index.ts';
import { encodeAll } from '../../helpers/round-trip.ts';

const geometry = { width: 1280, height: 720 };
const TOPIC = '/left/events';

/** Batches of one to some thousand events, more than a chunk of the file holds. */
function batches(): EventBatch[] {
  const random = new SeededRandom(11);
  let time = 1_700_000_000;
  return [1, 16_384, 7, ...new Array<number>(40).fill(9000)].map((length) => {
    const batch = batchOf(allocateEvents(length), length, geometry);
    for (let i = 0; i < length; i++) {
      time += random.integer(9);
      batch.t[i] = time;
      batch.x[i] = random.integer(geometry.width);
      batch.y[i] = random.integer(geometry.height);
      batch.p[i] = random.integer(2);
    }
    return batch;
  });
}

function readable(bytes: Uint8Array): IReadable {
  return {
    size: () => Promise.resolve(BigInt(bytes.length)),
    read: (offset, size) => Promise.resolve(bytes.slice(Number(offset), Number(offset + size))),
  };
}

/** The fields of an EventPacket, each where CDR aligns it behind a header without a name. */
function packetOf(data: Uint8Array): Record<string, unknown> & { words: Uint8Array } {
  const view = new DataView(data.buffer, data.byteOffset + 4, data.byteLength - 4);
  const text = new TextDecoder();
  // In front: the stamp, the length of an empty name, its zero byte, padding.
  const encodingBytes = view.getUint32(40, true);
  const countAt = 4 * Math.ceil((44 + encodingBytes + 1) / 4);
  return {
    encapsulation: [...data.subarray(0, 4)],
    stamp: [view.getInt32(0, true), view.getUint32(4, true)],
    height: view.getUint32(16, true),
    width: view.getUint32(20, true),
    seq: view.getBigUint64(24, true),
    timeBase: view.getBigUint64(32, true),
    encoding: text.decode(data.subarray(48, 48 + encodingBytes)),
    isBigEndian: view.getUint8(44 + encodingBytes),
    isAll: countAt + 4 + view.getUint32(countAt, true) === view.byteLength,
    words: data.subarray(4 + countAt + 4),
  };
}

const nanoseconds = (micros: number): bigint => 1000n * BigInt(micros);

describe('@mcap/core', () => {
  const input = batches();
  const file = encodeAll(new McapEncoder({ topic: TOPIC, geometry }), ...input);

  it('reads topic, schema, times and payload by the index', async () => {
    const reader = await McapIndexedReader.Initialize({ readable: readable(file) });
    expect(reader.header).toMatchObject({ profile: 'ros2', library: 'saccade' });
    expect(reader.chunkIndexes.length).toBeGreaterThan(1);
    const [channel, ...channels] = reader.channelsById.values();
    expect(channels).toEqual([]);
    expect(channel).toMatchObject({ topic: TOPIC, messageEncoding: 'cdr' });
    const schema = reader.schemasById.get(channel!.schemaId)!;
    expect(schema).toMatchObject({ name: 'event_camera_msgs/msg/EventPacket', encoding: 'ros2msg' });
    expect(new TextDecoder().decode(schema.data)).toMatch(/uint8\[\] events\n=+\nMSG: std_msgs\/Header/);
    expect(reader.statistics).toMatchObject({
      messageCount: BigInt(input.length),
      chunkCount: reader.chunkIndexes.length,
      messageStartTime: nanoseconds(input[0]!.t[0]!),
      messageEndTime: nanoseconds(input.at(-1)!.t[0]!),
      channelMessageCounts: new Map([[channel!.id, BigInt(input.length)]]),
    });

    const messages: McapTypes.TypedMcapRecords['Message'][] = [];
    for await (const message of reader.readMessages({ topics: [TOPIC], validateCrcs: true }))
      messages.push(message);
    expect(messages).toHaveLength(input.length);
    const words = new Evt3Encoder({ geometry });
    messages.forEach(({ sequence, logTime, publishTime, data }, i) => {
      const first = input[i]!.t[0]!;
      expect({ sequence, logTime, publishTime }).toEqual({
        sequence: i,
        logTime: nanoseconds(first),
        publishTime: nanoseconds(first),
      });
      const packet = packetOf(data);
      expect(packet).toMatchObject({
        ...{ encapsulation: [0, 1, 0, 0], ...geometry, seq: BigInt(i), timeBase: 0n },
        ...{ stamp: [Math.floor(first / 1e6), 1000 * (first % 1e6)] },
        ...{ encoding: 'evt3\0', isBigEndian: 0, isAll: true },
      });
      const raw = words.push(input[i]!);
      const header = i === 0 ? new TextDecoder('latin1').decode(raw).indexOf('% end\n') + 6 : 0;
      expect(Buffer.compare(packet.words, raw.subarray(header))).toBe(0);
    });
  });

  it('finds the messages of a stretch of time, backwards too', async () => {
    const reader = await McapIndexedReader.Initialize({ readable: readable(file) });
    const [startTime, endTime] = [nanoseconds(input[10]!.t[0]!), nanoseconds(input[20]!.t[0]!)];
    const sequences: number[] = [];
    for await (const { sequence } of reader.readMessages({ startTime, endTime, reverse: true }))
      sequences.push(sequence);
    expect(sequences).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10]);
  });

  it('reads every record in the order of the file with its checksums', () => {
    const reader = new McapStreamReader({ validateCrcs: true });
    reader.append(file);
    const kinds = new Map<string, number>();
    for (let record = reader.nextRecord(); record !== undefined; record = reader.nextRecord())
      kinds.set(record.type, (kinds.get(record.type) ?? 0) + 1);
    expect(reader.done()).toBe(true);
    expect(kinds.get('Message')).toBe(input.length);
    expect(kinds.get('MessageIndex')).toBe(kinds.get('ChunkIndex'));
    expect([kinds.get('DataEnd'), kinds.get('Statistics'), kinds.get('Footer')]).toEqual([1, 1, 1]);
  });

  it('reads a file without events', async () => {
    const empty = encodeAll(new McapEncoder({ geometry }));
    const reader = await McapIndexedReader.Initialize({ readable: readable(empty) });
    expect(reader.statistics).toMatchObject({ messageCount: 0n, chunkCount: 0 });
    expect(await reader.readMessages().next()).toMatchObject({ done: true });
  });
});
