import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionError } from '../../../src/events/index.ts';
import {
  ClientAddresses,
  PROXY_HEADERS,
  type ProxyHeader,
  type ProxyOptions,
} from '../../../src/live/access/client-addresses.ts';

/** What a server makes of a request from `peer`. */
function clientOf(peer: string, headers: Record<string, string>, options: ProxyOptions): string | null {
  const request = { socket: { remoteAddress: peer }, headers } as unknown as IncomingMessage;
  return new ClientAddresses(options).of(request);
}

const trustedProxies = ['10.0.0.0/8', 'fd00::/8'];
const trusted = fc.oneof(
  fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)).map((bytes) => `10.${bytes.join('.')}`),
  fc.integer({ min: 1, max: 0xffff }).map((last) => `fd00::${last.toString(16)}`),
);
const untrusted = fc.oneof(
  fc.tuple(fc.nat(255), fc.nat(255)).map((bytes) => `192.0.${bytes.join('.')}`),
  fc.integer({ min: 1, max: 0xffff }).map((last) => `2001:db8::${last.toString(16)}`),
);
/** How proxies write an address: with and without port. */
const written = (header: ProxyHeader, address: string, withPort: boolean): string => {
  const isV6 = address.includes(':');
  if (header === 'forwarded') return `for="${isV6 ? `[${address}]` : address}${withPort ? ':4711' : ''}"`;
  if (!withPort) return address;
  return isV6 ? `[${address}]:4711` : `${address}:4711`;
};
/** What a client may send by itself: also what looks like the word of a proxy. */
const forged = fc.oneof(
  fc.constantFrom(
    '10.0.0.1',
    '192.0.2.99',
    'unknown',
    '',
    'for=10.0.0.1',
    'for=192.0.2.99',
    'for="',
    ',;"\\',
  ),
  fc.string({ maxLength: 30 }),
);

describe.each(PROXY_HEADERS)('ClientAddresses by %s', (proxyHeader) => {
  const options = { trustedProxies, proxyHeader };

  it('believe nothing of a peer that is not trusted', () => {
    fc.assert(
      fc.property(untrusted, forged, forged, (peer, header, other) => {
        const headers = { [proxyHeader]: header, 'x-real-ip': other, 'client-ip': other };
        expect(clientOf(peer, headers, options)).toBe(peer);
        expect(clientOf(peer, headers, {})).toBe(peer);
      }),
    );
  });

  it('take the nearest hop that is no proxy, whatever it says of those in front of it', () => {
    const proxies = fc.array(trusted, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.option(forged), untrusted, proxies, fc.boolean(), (lie, client, chain, withPort) => {
        // Each proxy adds whom it got the request from; the last is the peer.
        const told = [client, ...chain.slice(0, -1)].map((hop) => written(proxyHeader, hop, withPort));
        const header = [...(lie === null ? [] : [lie]), ...told].join(', ');
        const got = clientOf(chain.at(-1)!, { [proxyHeader]: header }, options);
        // Forwarded is one text: what breaks it is refused, and never counts as the proxy.
        if (proxyHeader === 'forwarded' && lie !== null) expect([client, null]).toContain(got);
        else expect(got).toBe(client);
      }),
    );
  });

  it('do not read the header that the proxy does not write', () => {
    const other = PROXY_HEADERS.find((name) => name !== proxyHeader)!;
    const headers = { [other]: written(other, '192.0.2.99', false) };
    expect(clientOf('10.0.0.1', headers, options)).toBe('10.0.0.1');
  });
});

describe('ClientAddresses', () => {
  it.each([
    ['no header', {}, '10.0.0.1'],
    ['a hop that is not told', { 'x-forwarded-for': '192.0.2.1, unknown' }, '10.0.0.1'],
    ['proxies alone', { 'x-forwarded-for': '10.0.0.3, 10.0.0.2' }, '10.0.0.3'],
    ['IPv4 in IPv6', { 'x-forwarded-for': '::ffff:192.0.2.1' }, '192.0.2.1'],
  ])('a proxy with %s', (_what, headers, client) => {
    expect(clientOf('::ffff:10.0.0.1', headers, { trustedProxies })).toBe(client);
  });

  it('a header that cannot be read is no address at all', () => {
    const options = { trustedProxies, proxyHeader: 'forwarded' } as const;
    expect(clientOf('10.0.0.1', { forwarded: 'for=", for=192.0.2.1' }, options)).toBeNull();
  });

  it.each(['proxy.lan', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '', '10.0.0.0/-1'])(
    '"%s" is no address',
    (entry) => {
      expect(() => new ClientAddresses({ trustedProxies: [entry] })).toThrow(OptionError);
    },
  );
});
