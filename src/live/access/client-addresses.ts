/** Where requests come from: what a peer's address says, or, of a proxy that is trusted, what it says of its client. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { parse } from 'forwarded-parse';
import { OptionError } from '../../events/index.ts';
import { AddressList, plainAddress } from './address-list.ts';

/** The header in which proxies name their clients. */
export const PROXY_HEADERS = ['x-forwarded-for', 'forwarded'] as const;

/** One of {@link PROXY_HEADERS}. */
export type ProxyHeader = (typeof PROXY_HEADERS)[number];

/** Which proxies are believed, and in what. */
export interface ProxyOptions {
  /** Addresses and networks (`10.0.0.0/8`) of reverse proxies. Default: none, and their headers change nothing. */
  readonly trustedProxies?: readonly string[];
  /**
   * Which header they write. Never both: the one that a proxy does not write it passes on as its client sent it.
   * Default `x-forwarded-for`.
   */
  readonly proxyHeader?: ProxyHeader;
}

/** `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:4711`: without the port; `null` for anything else. */
function addressOf(node: string): string | null {
  const [, v6, v4] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\w+)?$/.exec(node) ?? [];
  const address = v6 ?? v4 ?? node;
  return isIP(address) === 0 ? null : plainAddress(address);
}

/** Who passed a request on, the first hop first; `null` for a header that cannot be read. */
function hopsOf(header: ProxyHeader, value: string): (string | null)[] | null {
  if (header === 'x-forwarded-for') return value.split(',').map((node) => addressOf(node.trim()));
  try {
    return parse(value).map((hop) => addressOf(hop['for'] ?? ''));
  } catch {
    return null;
  }
}

/**
 * The addresses by which wrong tokens and connections are counted, and that are logged. Each proxy adds behind what it got
 * the address that it got it from: read from behind, the first that is no trusted proxy is the client, and nothing in front of it
 * is believed.
 *
 * @throws {@link OptionError} for what is no address or network.
 */
export class ClientAddresses {
  readonly #proxies: AddressList;
  readonly #header: ProxyHeader;

  constructor({ trustedProxies = [], proxyHeader = 'x-forwarded-for' }: ProxyOptions) {
    this.#proxies = new AddressList(trustedProxies, (entry) => {
      throw new OptionError(
        'trustedProxies',
        `must be addresses or networks such as 10.0.0.0/8; got "${entry}"`,
      );
    });
    this.#header = proxyHeader;
  }

  /** Whether connections from there are those of others. */
  isProxy(address: string | undefined): boolean {
    return address !== undefined && this.#proxies.has(address);
  }

  /** @returns `null` where a proxy's header cannot be read: whoever broke it must not count as the proxy. */
  of({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string | null {
    let client = plainAddress(socket.remoteAddress ?? '');
    const value = headers[this.#header];
    if (value === undefined || !this.isProxy(client)) return client;
    const hops = hopsOf(this.#header, String(value));
    if (hops === null) return null;
    // A hop that is not told (`unknown`) leaves the proxy that did not tell it.
    for (let hop = hops.pop(); hop !== undefined && hop !== null; hop = hops.pop()) {
      client = hop;
      if (!this.isProxy(client)) break;
    }
    return client;
  }
}
