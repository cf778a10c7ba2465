/** Records of ROS 1 bags, format 2.0: a header of fields and data, each behind its length. */

/** `op` of records. */
export const OP = { message: 2, bagHeader: 3, indexData: 4, chunk: 5, chunkInfo: 6, connection: 7 } as const;

export const ROSBAG_MAGIC = '#ROSBAG V2.0\n';
/** Headers are some dozen bytes. */
export const MAX_HEADER_BYTES = 65_536;

/** Fields by name; the values are bytes. */
export type RecordFields = ReadonlyMap<string, Uint8Array>;

const EQUALS = 0x3d;

/** Parses fields, each behind its length; `null` where they contradict their lengths. */
export function parseFields(bytes: Uint8Array): RecordFields | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fields = new Map<string, Uint8Array>();
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) return null;
    const start = at + 4;
    at = start + view.getUint32(at, true);
    if (at > bytes.length) return null;
    const equals = bytes.indexOf(EQUALS, start);
    if (equals < 0 || equals >= at) return null;
    fields.set(new TextDecoder().decode(bytes.subarray(start, equals)), bytes.subarray(equals + 1, at));
  }
  return fields;
}

/** A field that is a number of 8 or 32 bits. */
export function numberField(fields: RecordFields, name: string): number | null {
  const value = fields.get(name);
  if (value?.length === 1) return value[0]!;
  if (value?.length !== 4) return null;
  return new DataView(value.buffer, value.byteOffset).getUint32(0, true);
}

/** A field that is a text. */
export function textField(fields: RecordFields, name: string): string {
  return new TextDecoder().decode(fields.get(name));
}
