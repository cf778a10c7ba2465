/** How many connections one address may have. */
import type { EventEmitter } from 'node:events';
import type { Server, Socket } from 'node:net';
import { plainAddress } from './address-list.ts';

/** Counts what is open by address. */
export class AddressLimit {
  readonly #most: number;
  readonly #open = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one more until `what` closes. @returns whether there was room. */
  take(address: string, what: EventEmitter): boolean {
    const count = this.#open.get(address) ?? 0;
    if (count >= this.#most) return false;
    this.#open.set(address, count + 1);
    what.once('close', () => {
      const left = this.#open.get(address)! - 1;
      if (left === 0) this.#open.delete(address);
      else this.#open.set(address, left);
    });
    return true;
  }

  /** Ends connections beyond, before a byte of them is read. @param isExempt a proxy's: its clients are counted one by one. */
  watch(server: Server, isExempt: (address: string | undefined) => boolean): void {
    server.prependListener('connection', (socket: Socket) => {
      const { remoteAddress } = socket;
      if (!isExempt(remoteAddress) && !this.take(plainAddress(remoteAddress ?? ''), socket)) socket.destroy();
    });
  }
}
