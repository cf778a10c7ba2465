/** Who may send to a source. */
import { OptionError } from '../../events/index.ts';
import { AddressList } from '../access/address-list.ts';
import type { SourceAddress } from './source-address.ts';

/** Whether an address may send. */
export type SenderRule = (address: string) => boolean;

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/i;

/**
 * The rule of a source. Sources know no tokens, and whoever sends datagrams can write any address on them: a source listens
 * on loopback, or names who may send, or is open because that is meant.
 *
 * @param insecure whether it may be open to all that reach it.
 * @throws OptionError for a source that is open without that, and for what is no address or network.
 */
export function senderRule({ kind, host, allow, text }: SourceAddress, insecure: boolean): SenderRule {
  if (allow.length === 0) {
    if (kind === 'listen' && !LOOPBACK.test(host) && !insecure)
      throw new OptionError(
        'listen',
        `"${text}" is open to others: name who may send (?allow=192.168.1.7), or insecure if that is meant`,
      );
    return () => true;
  }
  const list = new AddressList(allow, (entry) => {
    throw new OptionError('listen', `"${text}": allow must be addresses or networks; got "${entry}"`);
  });
  return (address) => list.has(address);
}
