/** The one list of forms in which cameras and tools send events over a network. */
import type { DecoderOptions, EventDecoder } from './event-format.ts';
import { caerTcp } from './network/caer-tcp.ts';
import { caerUdp } from './network/caer-udp.ts';
import { dvTcp } from './network/dv-tcp.ts';
import { faeryUdp } from './network/faery-udp.ts';
import { jaerTcp } from './network/jaer-tcp.ts';
import { jaerUdp } from './network/jaer-udp.ts';
import { spifUdp } from './network/spif-udp.ts';

/**
 * A stream or datagram form of a format. Its decoder is a push decoder like any other; for `udp` every `push`
 * takes exactly one datagram. Opening sockets is not its business. A form of one's own is such an object too: the
 * operator `decodeEvents({ decoder: () => form.createDecoder(options) })` takes any.
 */
export interface NetworkForm<Decoding extends DecoderOptions = DecoderOptions & Record<string, unknown>> {
  /** Identifier used in options: `jaer-udp`. */
  readonly id: string;
  /** Name as users know it: `jAER UDP`. */
  readonly name: string;
  readonly transport: 'tcp' | 'udp';
  /** Identifier of the format that it carries. */
  readonly format: string;
  createDecoder(options?: Decoding): EventDecoder;
}

/** All network forms that saccade reads. */
export const networkForms: readonly NetworkForm[] = [
  caerTcp,
  caerUdp,
  dvTcp,
  faeryUdp,
  jaerTcp,
  jaerUdp,
  spifUdp,
];

/** The form with an identifier, `undefined` if there is none among these. */
export function findNetworkForm(
  id: string,
  forms: readonly NetworkForm[] = networkForms,
): NetworkForm | undefined {
  return forms.find((form) => form.id === id);
}
