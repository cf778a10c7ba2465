import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom, type EventBatch } from '../../../src/events/index.ts';
import { createDecoder } from '../../../src/formats/index.ts';
import { sourceForms } from '../../../src/live/index.ts';
import { canonicalText, chunksOf, decodeAll } from '../../helpers/decode.ts';
import { DatagramSender, senders, sendStream, type Sender } from '../../helpers/network-senders.ts';
import { hasSharedData, readShared } from '../../helpers/shared-data.ts';
import { eventually, sensorEvents, source } from '../../helpers/sources.ts';

const example = path.resolve(import.meta.dirname, '../../../examples/recordings/nmnist/Test/3/00019.bin');
const digit = (): EventBatch =>
  decodeAll(
    createDecoder({ format: 'atis40', geometry: { width: 128, height: 128 } }),
    new Uint8Array(readFileSync(example)),
  );

/** The events, as they come out of the other end of a real socket. */
async function received(
  { form, datagrams, stream }: Sender,
  events: EventBatch,
  seed: number,
): Promise<EventBatch> {
  const { source: opened, sink } = await source(form);
  if (datagrams !== undefined) {
    const sender = new DatagramSender(opened.port);
    await sender.send(datagrams(events));
    await eventually(() => expect(opened.account.events).toBe(events.length));
    sender.close();
  } else {
    const random = new SeededRandom(seed);
    const sizes = Array.from({ length: 50 }, () => 1 + random.integer(seed % 2 === 0 ? 30 : 3000));
    await sendStream(opened.port, chunksOf(stream!(events), sizes));
    await eventually(() => expect(sink.streams[0]?.over).toBe(true));
  }
  expect(opened.account).toMatchObject({ gaps: 0, repeats: 0, dropped: {} });
  expect(opened.advice).toBeNull();
  return sink.of();
}

describe('every form over a real socket', () => {
  it('is tested, or is a recording format like those that are', () => {
    const tested = new Set(senders.map(({ form }) => form.replace(/\?.*/, '')));
    const cameras = sourceForms.filter(({ name }) => !name.endsWith(' over TCP'));
    for (const { transport, id } of cameras) expect(tested).toContain(`${transport}/${id}`);
  });

  it.each(senders)('$form: the events of a recording, bit for bit', async (sender) => {
    const events = digit();
    expect(canonicalText(await received(sender, events, 3))).toBe(canonicalText(events));
  });

  it.each(senders)('$form: many events, cut anywhere', async (sender) => {
    const events = sensorEvents(20_000, 7);
    const got = await received(sender, events, 4);
    expect(canonicalText(got)).toBe(canonicalText(events));
    expect(got.geometry).toEqual(sender.sensor);
  });

  it.runIf(hasSharedData).each(senders)('$form: a real DVS128 recording', async (sender) => {
    const bytes = readShared('aedat2-mnist-dvs/mnist_0_scale04_0001.aedat');
    const events = decodeAll(createDecoder(), bytes);
    expect(events.length).toBeGreaterThan(10_000);
    expect(canonicalText(await received(sender, events, 5))).toBe(canonicalText(events));
  });
});

describe('raw EVT', () => {
  it.each(['evt2', 'evt3', 'evt21'])(
    '%s without a header is read as well, on a stated sensor',
    async (id) => {
      const events = sensorEvents(3000, 11);
      const file = senders.find(({ form }) => form === `tcp/${id}`)!.stream!(events);
      const end = new TextDecoder('latin1').decode(file).indexOf('% end\n') + 6;
      const { source: opened, sink } = await source(`tcp/${id}?sensor=128x128`);
      await sendStream(opened.port, chunksOf(file.subarray(end), [777]));
      await eventually(() => expect(sink.streams[0]?.over).toBe(true));
      expect(canonicalText(sink.of())).toBe(canonicalText(events));
    },
  );
});
