/** The packets of AEDAT 3: a header of 28 bytes, then room for `capacity` events of one type and size. */

/** Bytes of a packet header. */
export const PACKET_HEADER_BYTES = 28;

/** Event types that saccade looks into. */
export const EVENT_TYPE = { special: 0, polarity: 1, frame: 2, imu6: 3, imu9: 4 } as const;

/** Types from here on are private or of no specification. */
export const FIRST_UNKNOWN_TYPE = 14;

/** Times stay below 2^53 µs, so that a double holds them: beyond is damage, 285 years after the start. */
const MAX_OVERFLOW = 2 ** 22 - 1;

/** Fewest bytes of an event, by type; of others nothing is known. */
const MIN_EVENT_BYTES: readonly number[] = [8, 8, 36, 36, 48];

/** A packet header as it stands in the stream. */
export interface PacketHeader {
  readonly type: number;
  readonly source: number;
  readonly eventBytes: number;
  /** Where the main time is in an event. */
  readonly timeOffset: number;
  /** Times 2^31 is added to all times. */
  readonly overflow: number;
  readonly capacity: number;
  readonly number: number;
  /** Not to be believed: recorders wrote other things here. */
  readonly valid: number;
}

/** Reads the 28 bytes at `at`. */
export function readPacketHeader(view: DataView, at: number): PacketHeader {
  return {
    type: view.getInt16(at, true),
    source: view.getInt16(at + 2, true),
    eventBytes: view.getInt32(at + 4, true),
    timeOffset: view.getInt32(at + 8, true),
    overflow: view.getInt32(at + 12, true),
    capacity: view.getInt32(at + 16, true),
    number: view.getInt32(at + 20, true),
    valid: view.getInt32(at + 24, true),
  };
}

/** What makes a header impossible, `null` if nothing does. */
export function packetProblem(header: PacketHeader): string | null {
  const { type, eventBytes, timeOffset, overflow, capacity, number } = header;
  if (type < 0) return `event type ${type}`;
  if (eventBytes < (MIN_EVENT_BYTES[type] ?? 1)) return `events of ${eventBytes} bytes for type ${type}`;
  if (number < 0 || number > capacity) return `${number} events in room for ${capacity}`;
  if (overflow < 0 || overflow > MAX_OVERFLOW) return `time overflow ${overflow}`;
  if (type <= EVENT_TYPE.imu9 && (timeOffset < 4 || timeOffset > eventBytes - 4)) {
    return `time at byte ${timeOffset} of ${eventBytes}`;
  }
  return null;
}

/** Whether bytes in the middle of a damaged stretch are to be taken for a header: everything must be as usual. */
export function looksLikePacketHeader(view: DataView, at: number, maxPacketBytes: number): boolean {
  // Most places fail here already: a known type, few sources.
  if (view.getUint8(at) > EVENT_TYPE.imu9 || view.getUint8(at + 1) !== 0 || view.getUint8(at + 3) !== 0) {
    return false;
  }
  const header = readPacketHeader(view, at);
  const { type, eventBytes, timeOffset, capacity, number, valid } = header;
  const exactBytes = type === EVENT_TYPE.frame || eventBytes === MIN_EVENT_BYTES[type];
  const exactTime =
    timeOffset === 4 || (type === EVENT_TYPE.frame && (timeOffset === 8 || timeOffset === 12));
  return (
    packetProblem(header) === null &&
    exactBytes &&
    exactTime &&
    number > 0 &&
    valid >= 0 &&
    valid <= number &&
    capacity * eventBytes <= maxPacketBytes
  );
}
