/** Addresses and networks that somebody lists. */
import { BlockList, isIP } from 'node:net';

const V4_BITS = 32;
const V6_BITS = 128;

/** An address in the one way in which it is compared: that of IPv4 where it is one in IPv6's clothes, and without a zone. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** `192.0.2.7`, `10.0.0.0/8`, `2001:db8::/32`. */
export class AddressList {
  readonly #list = new BlockList();

  /** @param onWrong throws; it is told what is no address or network. */
  constructor(entries: readonly string[], onWrong: (entry: string) => never) {
    for (const entry of entries) {
      const [address = '', prefix, ...more] = entry.split('/');
      const isV6 = isIP(address) === 6;
      const most = isV6 ? V6_BITS : V4_BITS;
      const bits = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
      if (isIP(address) === 0 || !(bits <= most) || more.length > 0) onWrong(entry);
      this.#list.addSubnet(address, bits, isV6 ? 'ipv6' : 'ipv4');
    }
  }

  has(address: string): boolean {
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }
}
