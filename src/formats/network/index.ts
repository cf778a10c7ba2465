/** Forms in which events come over a network. */
export type { ArrivalClock, ArrivalClockOptions } from './arrival-clock.ts';
export { CaerTcpDecoder, type CaerStreamOptions } from './caer-tcp.ts';
export { CaerUdpDecoder } from './caer-udp.ts';
export { DvTcpDecoder } from './dv-tcp.ts';
export { FaeryUdpDecoder, type FaeryPayload, type FaeryUdpOptions } from './faery-udp.ts';
export type { JaerStreamOptions } from './jaer-stream.ts';
export { JaerTcpDecoder } from './jaer-tcp.ts';
export { JaerUdpDecoder, type JaerUdpOptions } from './jaer-udp.ts';
export { SpifUdpDecoder, type SpifUdpOptions } from './spif-udp.ts';
