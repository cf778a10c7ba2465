import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/events/index.ts';
import { JaerUdpDecoder } from '../../../src/formats/index.ts';
import { dropsOf } from '../../../src/live/sources/kernel-drops.ts';
import { guessForm } from '../../../src/live/sources/what-is-it.ts';
import { findSourceForm } from '../../../src/live/sources/source-form.ts';
import { receive } from '../../helpers/datagram-contract.ts';
import { canonicalText } from '../../helpers/decode.ts';
import { DatagramSender, senders } from '../../helpers/network-senders.ts';
import { eventually, sensorEvents, source } from '../../helpers/sources.ts';

const jaer = senders.find(({ form }) => form === 'udp/jaer')!;
const udpSenders = senders.filter(({ datagrams }) => datagrams !== undefined);

describe('datagrams of one sender', () => {
  it('loss, duplicates and disorder are what the decoder makes of them, and counted', async () => {
    const datagrams = jaer.datagrams!(sensorEvents(5000, 3));
    const random = new SeededRandom(5);
    const sent: Uint8Array[] = [];
    for (const datagram of datagrams) {
      const fate = random.integer(10);
      if (fate === 0) continue;
      if (fate === 1) sent.splice(Math.max(0, sent.length - 3), 0, datagram);
      else sent.push(datagram);
      if (fate === 2) sent.push(datagram);
    }
    const oracle = new JaerUdpDecoder();
    const events = receive(oracle, sent);
    const { source: opened, sink } = await source('udp/jaer');
    const sender = new DatagramSender(opened.port);
    await sender.send(sent, 1);
    await eventually(() => expect(opened.account.messages).toBe(sent.length));
    sender.close();
    expect(canonicalText(sink.of())).toBe(canonicalText(events));
    const { missing, duplicated, outOfOrder } = oracle.report.datagrams!;
    expect(missing * duplicated * outOfOrder).toBeGreaterThan(0);
    expect(opened.account).toMatchObject({
      gaps: missing,
      repeats: duplicated + outOfOrder,
      dropped: { 'missing-datagrams': missing },
    });
  });

  it('garbage between good datagrams costs nothing but itself', async () => {
    const events = sensorEvents(3000, 4);
    const datagrams = jaer.datagrams!(events);
    const random = new SeededRandom(1);
    const junk = (): Uint8Array =>
      Uint8Array.from({ length: 8 * random.integer(50) + 1 }, () => random.integer(256));
    const { source: opened, sink } = await source('udp/jaer');
    const sender = new DatagramSender(opened.port);
    await sender.send(
      datagrams.flatMap((datagram) => [datagram, junk(), new Uint8Array(0)]),
      3,
    );
    await eventually(() => expect(opened.account.events).toBe(events.length));
    sender.close();
    expect(canonicalText(sink.of())).toBe(canonicalText(events));
    expect(opened.account.dropped['malformed-datagrams']).toBeGreaterThanOrEqual(datagrams.length);
  });

  it('a second sender is left out and spoken of; when the first is gone it begins a stream of its own', async () => {
    const [first, second] = [sensorEvents(100, 1), sensorEvents(200, 2)];
    const { source: opened, sink } = await source('udp/jaer', { senderHoldMs: 300, lookMs: 50 });
    const [a, b] = [new DatagramSender(opened.port), new DatagramSender(opened.port)];
    await a.send(jaer.datagrams!(first));
    await eventually(() => expect(opened.account.events).toBe(100));
    const lost = jaer.datagrams!(second);
    await b.send(lost);
    await eventually(() => expect(opened.advice).toContain('second sender'));
    expect(opened.account).toMatchObject({ events: 100, dropped: { 'other-sender-datagrams': lost.length } });
    await eventually(async () => {
      await b.send(jaer.datagrams!(second));
      expect(sink.streams.length).toBe(2);
    });
    await eventually(() => expect(canonicalText(sink.of(1)).startsWith(canonicalText(second))).toBe(true));
    expect(sink.streams[0]!.over).toBe(true);
    expect(canonicalText(sink.of(0))).toBe(canonicalText(first));
    a.close();
    b.close();
  });

  it('an address that is not allowed is left out and spoken of', async () => {
    const { source: opened, sink } = await source('udp/jaer?allow=10.1.2.3', { lookMs: 50 });
    const sender = new DatagramSender(opened.port);
    await eventually(async () => {
      await sender.send(jaer.datagrams!(sensorEvents(10, 1)));
      expect(opened.advice).toContain('allow');
    });
    expect(opened.account.dropped['refused-datagrams']).toBeGreaterThan(0);
    expect(sink.streams).toEqual([]);
    sender.close();
  });

  it('silence is spoken of, with what to look at on the other side', async () => {
    const { source: opened } = await source('udp/jaer', { quietMs: 50 });
    await eventually(() =>
      expect(opened.advice).toMatch(/no datagrams for \d+ s on udp:0\/jaer: is jAER's UDP output on/),
    );
    const sender = new DatagramSender(opened.port);
    await sender.send(jaer.datagrams!(sensorEvents(10, 1)));
    await eventually(() => expect(opened.account.events).toBe(10));
    await eventually(() => expect(opened.advice).toContain('no datagrams'));
    sender.close();
  });

  it('what the kernel drops is counted, where it tells', async () => {
    if (process.platform !== 'linux') return;
    const { source: opened } = await source('udp/jaer', { receiveBufferBytes: 4096, lookMs: 100 });
    const datagram = jaer.datagrams!(sensorEvents(100, 1))[0]!;
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.connect(opened.port, '127.0.0.1', resolve));
    // The receiver is this thread, and so does not read meanwhile.
    for (let i = 0; i < 1000; i++) socket.send(datagram);
    await eventually(() => expect(opened.advice).toContain('the kernel dropped'));
    expect(opened.account.dropped['kernel-dropped-datagrams']).toBeGreaterThan(0);
    socket.close();
  });
});

describe('drops by the kernel', () => {
  it('are read by port from the table', () => {
    const table = [
      '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
      ' 2345: 0100007F:231F 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 77 2 ffff8881 41',
      ' 2346: 00000000:2320 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 78 2 ffff8881 7',
      ' 2347: 00000000:231F 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 79 2 ffff8881 1',
      '',
    ].join('\n');
    expect([8991, 8992, 8993].map((port) => dropsOf(table, port))).toEqual([42, 7, 0]);
  });
});

describe('datagrams of another form', () => {
  const named = (form: string): [string, Record<string, unknown>] => {
    const [id = '', query = ''] = form.replace('udp/', '').split('?');
    const payload = new URLSearchParams(query).get('payload');
    return [id, payload === null ? {} : { payload, geometry: { width: 128, height: 128 } }];
  };

  it.each(udpSenders)('$form is taken for itself', ({ form, datagrams }) => {
    const [id, options] = named(form);
    const first = datagrams!(sensorEvents(3000, 8)).slice(0, 16);
    expect(guessForm(findSourceForm('udp', id), options, first)).toBeNull();
  });

  it.each(udpSenders.filter(({ form }) => !form.includes('event_stream')))(
    '$form is told where another was announced',
    ({ form, datagrams }) => {
      const [id, { payload }] = named(form);
      const first = datagrams!(sensorEvents(3000, 9, 128, 1_000_000)).slice(0, 16);
      for (const other of ['jaer', 'caer', 'spif', 'faery']) {
        if (other === id) continue;
        const guess = guessForm(findSourceForm('udp', other), {}, first);
        const own = id === 'faery' ? `faery?payload=${String(payload ?? 't64_x16_y16_on8')}` : id;
        // Datagrams may look like several forms: then nothing is said. What is said is right.
        if (guess !== null) expect(guess.form).toBe(own);
        else expect([form, other]).toEqual([form, expect.stringMatching(/spif|faery|jaer/)]);
      }
    },
  );

  it('the dashboard is told what to write', async () => {
    const { source: opened } = await source('udp/faery', { lookMs: 50 });
    const sender = new DatagramSender(opened.port);
    await sender.send(jaer.datagrams!(sensorEvents(3000, 9)));
    await eventually(() => expect(opened.advice).toMatch(/looks like jAER UDP.*use \/jaer$/));
    sender.close();
  });
});
