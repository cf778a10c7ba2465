/** AEDAT 3 packets made by hand, to the letter of the specification. */
import { joinBytes } from '../../helpers/round-trip.ts';

export interface PacketFields {
  readonly type?: number;
  readonly source?: number;
  readonly eventBytes?: number;
  readonly timeOffset?: number;
  readonly overflow?: number;
  /** Room for so many events; what is missing is filled with 0xff. */
  readonly capacity?: number;
  readonly valid?: number;
}

/** A packet of events of the same size. */
export function packet(events: readonly Uint8Array[], fields: PacketFields = {}): Uint8Array {
  const eventBytes = fields.eventBytes ?? events[0]?.length ?? 8;
  const capacity = fields.capacity ?? events.length;
  const header = new DataView(new ArrayBuffer(28));
  header.setInt16(0, fields.type ?? 1, true);
  header.setInt16(2, fields.source ?? 1, true);
  header.setInt32(4, eventBytes, true);
  header.setInt32(8, fields.timeOffset ?? 4, true);
  header.setInt32(12, fields.overflow ?? 0, true);
  header.setInt32(16, capacity, true);
  header.setInt32(20, events.length, true);
  header.setInt32(24, fields.valid ?? events.length, true);
  const filler = new Uint8Array((capacity - events.length) * eventBytes).fill(0xff);
  return joinBytes(new Uint8Array(header.buffer), ...events, filler);
}

/** An event of a word, a time and further bytes. */
export function event(word: number, t: number, more = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 + more));
  view.setUint32(0, word >>> 0, true);
  view.setInt32(4, t, true);
  return new Uint8Array(view.buffer);
}

export const polarity = (t: number, x: number, y: number, p: number, valid = 1): Uint8Array =>
  event((x << 17) | (y << 2) | (p << 1) | valid, t);

export const special = (t: number, type: number, data = 0): Uint8Array =>
  event((data << 8) | (type << 1) | 1, t);

/** An IMU event: acceleration, angular velocity, temperature, and for IMU9 a magnetic field. */
export function imu(t: number, values: readonly number[]): Uint8Array {
  const bytes = event(1, t, 4 * values.length);
  values.forEach((value, i) => {
    new DataView(bytes.buffer).setFloat32(8 + 4 * i, value, true);
  });
  return bytes;
}

export interface FrameFields {
  readonly channels: number;
  readonly size: readonly [number, number];
  readonly at: readonly [number, number];
  readonly pixels: readonly number[];
  readonly padding?: number;
}

/** A frame with times t to t + 3. */
export function frame(t: number, { channels, size, at, pixels, padding = 0 }: FrameFields): Uint8Array {
  const view = new DataView(new ArrayBuffer(36 + 2 * pixels.length + padding));
  view.setUint32(0, (channels << 1) | 1, true);
  [t, t + 3, t + 1, t + 2, ...size, ...at].forEach((value, i) => {
    view.setInt32(4 + 4 * i, value, true);
  });
  pixels.forEach((value, i) => {
    view.setUint16(36 + 2 * i, value, true);
  });
  return new Uint8Array(view.buffer);
}

/** A text header; further sources are numbered from 2. */
export function header(version: '3.0' | '3.1', source: string, ...others: readonly string[]): Uint8Array {
  const end = version === '3.0' ? '' : '#!END-HEADER\r\n';
  return new TextEncoder().encode(
    `#!AER-DAT${version}\r\n#Format: RAW\r\n${[source, ...others].map((name, i) => `#Source ${i + 1}: ${name}\r\n`).join('')}#Start-Time: 2020-01-01 00:00:00 (TZ+0100)\r\n${end}`,
  );
}
