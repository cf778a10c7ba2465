import { describe, expect, it } from 'vitest';
import { OptionError } from '../../../src/events/index.ts';
import { openEventSource, parseSourceAddress, sourceForms } from '../../../src/live/index.ts';
import { senderRule } from '../../../src/live/sources/sender-rule.ts';

const SINK = { begin: () => undefined, events: () => undefined, end: () => undefined };
const listen = (text: string): ReturnType<typeof parseSourceAddress> => parseSourceAddress('listen', text);

describe('addresses of sources', () => {
  it.each([
    ['udp:8991/jaer', { transport: 'udp', host: '127.0.0.1', port: 8991, policy: 'drop-oldest' }],
    ['tcp:9000/evt3', { transport: 'tcp', host: '127.0.0.1', port: 9000, policy: 'pause' }],
    ['TCP:0.0.0.0:9000/EVT3', { transport: 'tcp', host: '0.0.0.0', port: 9000 }],
    ['udp:[::1]:0/spif', { host: '::1', port: 0 }],
    ['udp:localhost:1/faery', { host: '127.0.0.1' }],
  ] as const)('%s', (text, address) => {
    expect(listen(text)).toMatchObject({ kind: 'listen', ...address });
  });

  it('options are those of the camera and those of the form, in kebab case', () => {
    const address = listen(
      'udp:8991/jaer?camera=lab%201&sensor=240x180&policy=drop-newest&convention=spikingjelly&allow=10.0.0.1,10.0.0.2&allow=fe80::/10&chip=davis240&byte-swap=true&address-bytes=2&sequence-numbers=false',
    );
    expect(address).toMatchObject({
      text: 'udp:8991/jaer',
      camera: 'lab 1',
      sensor: { width: 240, height: 180 },
      policy: 'drop-newest',
      convention: 'spikingjelly',
      allow: ['10.0.0.1', '10.0.0.2', 'fe80::/10'],
      decoding: { chip: 'davis240', byteSwap: true, addressBytes: 2, sequenceNumbers: false },
    });
  });

  it.each([
    ['udp:8991', 'must be udp:PORT/form'],
    ['8991/jaer', 'must be udp:PORT/form'],
    ['udp:99999/jaer', 'port 99999'],
    [
      'udp:8991/dv',
      'one of jaer, caer, spif, faery over udp'.replace('jaer, caer', 'caer, faery, jaer').slice(0, 6),
    ],
    ['udp:8991/jaer?chips=1', 'has no option chips'],
    ['udp:8991/jaer?payload=x', 'has no option payload'],
    ['udp:8991/jaer?address-bytes=3', 'address-bytes must be 2 or 4'],
    ['udp:8991/jaer?address-bytes=two', 'address-bytes'],
    ['udp:8991/jaer?sensor=big', 'WIDTHxHEIGHT'],
    ['udp:8991/jaer?policy=pause', 'does not wait'],
    ['udp:8991/jaer?policy=never', 'policy must be one of'],
    ['udp:8991/faery?payload=event_stream', 'geometry is needed'],
    ['udp:example.org:8991/jaer', 'address of this machine'],
    ['tcp:9000/npz', 'one of'],
  ])('%s is refused with a reason', (text, reason) => {
    expect(() => listen(text)).toThrow(OptionError);
    expect(() => listen(text)).toThrow(reason);
  });

  it('connecting needs a host, and goes over TCP', () => {
    expect(parseSourceAddress('connect', 'tcp:camera.local:7777/dv')).toMatchObject({
      kind: 'connect',
      host: 'camera.local',
      port: 7777,
    });
    for (const text of [
      'tcp:7777/dv',
      'udp:host:7777/jaer',
      'tcp:host:0/dv',
      'tcp:host:7777/dv?allow=10.0.0.1',
    ])
      expect(() => parseSourceAddress('connect', text)).toThrow(OptionError);
  });

  it('every form can be written down', () => {
    for (const { transport, id } of sourceForms)
      expect(listen(`${transport}:0/${id}?sensor=128x128`).form.id).toBe(id);
  });
});

describe('who may send', () => {
  it('a source that others reach needs a list of senders, or insecure', async () => {
    for (const text of ['udp:0.0.0.0:0/jaer', 'tcp:0.0.0.0:0/evt3', 'udp:[::]:0/jaer']) {
      await expect(openEventSource(listen(text), SINK)).rejects.toThrow('open to others');
      const opened = await openEventSource(listen(`${text}?allow=127.0.0.1`), SINK);
      await opened.close();
      await (await openEventSource(listen(text), SINK, { insecure: true })).close();
    }
  });

  it('a list names addresses and networks, of both families', () => {
    const allows = senderRule(listen('udp:0.0.0.0:1/jaer?allow=192.168.1.0/24,fe80::1'), false);
    expect(['192.168.1.7', '::ffff:192.168.1.8', 'fe80::1%eth0'].map(allows)).toEqual([true, true, true]);
    expect(['192.168.2.7', '127.0.0.1', '::1', '', 'nonsense'].map(allows)).toEqual(Array(5).fill(false));
    for (const entry of ['host', '10.0.0.1/40', '10.0.0.1/x'])
      expect(() => senderRule(listen(`udp:1/jaer?allow=${entry}`), false)).toThrow('addresses or networks');
  });

  it('a port that is taken is an error of the option', async () => {
    const first = await openEventSource(listen('tcp:0/evt3'), SINK);
    await expect(openEventSource(listen(`tcp:${first.port}/evt3`), SINK)).rejects.toThrow('is in use');
    await first.close();
    const udp = await openEventSource(listen('udp:0/jaer'), SINK);
    await expect(openEventSource(listen(`udp:${udp.port}/jaer`), SINK)).rejects.toThrow('is in use');
    await udp.close();
  });
});
