/** Opens what an address names. */
import type { EventSource, SourceSink } from './event-source.ts';
import type { SourceAddress } from './source-address.ts';
import type { SourceOptions } from './source-options.ts';
import { TcpConnector } from './tcp-connector.ts';
import { TcpListener } from './tcp-listener.ts';
import { UdpSource } from './udp-source.ts';

/**
 * Opens a source. It runs until it is closed, whatever comes.
 *
 * @throws OptionError where a port cannot be had, or others reach it without `allow` or `insecure`.
 *
 * @example
 * ```ts
 * import { openEventSource, parseSourceAddress } from 'saccade/live';
 * const source = await openEventSource(parseSourceAddress('listen', 'udp:0/jaer?chip=dvs128'), {
 *   begin: (name) => console.log(name),
 *   events: ({ length }) => console.log(length),
 *   end: () => undefined,
 * });
 * console.log(source.port > 0, source.streaming); // true false
 * await source.close();
 * ```
 */
export async function openEventSource(
  address: SourceAddress,
  sink: SourceSink,
  options: SourceOptions = {},
): Promise<EventSource> {
  if (address.kind === 'connect') return new TcpConnector(address, sink, options);
  return address.transport === 'udp'
    ? UdpSource.open(address, sink, options)
    : TcpListener.open(address, sink, options);
}
