/** Payloads of AEDAT 4 packets beside events, built by the flatbuffers package from the field numbers of DV's schemas. */
import { Builder } from 'flatbuffers';

type Fields = (builder: Builder) => void;

function finish(builder: Builder, root: number, id: string): Uint8Array {
  builder.finishSizePrefixed(root, id);
  return builder.asUint8Array();
}

function table(builder: Builder, fields: number, fill: Fields): number {
  builder.startObject(fields);
  fill(builder);
  return builder.endObject();
}

/** A root table whose only field is a vector of tables. */
function tablesPayload(id: string, fields: number, rows: readonly Fields[]): Uint8Array {
  const builder = new Builder(256);
  const places = rows.map((fill) => table(builder, fields, fill));
  builder.startVector(4, places.length, 4);
  for (const place of places.toReversed()) builder.addOffset(place);
  const vector = builder.endVector();
  const root = table(builder, 1, () => {
    builder.addFieldOffset(0, vector, 0);
  });
  return finish(builder, root, id);
}

/** A frame; `format` is OpenCV's number of the pixels' type. */
export interface FrameFields {
  readonly t: number;
  readonly format: number;
  readonly size: readonly [width: number, height: number];
  readonly at?: readonly [x: number, y: number];
  readonly pixels: readonly number[];
}

/** A `FRME` payload. Of the four times after the first it states the start and the end of the exposure. */
export function framePayload({ t, format, size, at = [0, 0], pixels }: FrameFields): Uint8Array {
  const builder = new Builder(256);
  const vector = builder.createByteVector(Uint8Array.from(pixels));
  const root = table(builder, 13, () => {
    builder.addFieldInt64(0, BigInt(t), 0n);
    builder.addFieldInt64(3, BigInt(t + 10), 0n);
    builder.addFieldInt64(4, BigInt(t + 20), 0n);
    builder.addFieldInt8(5, format, 0);
    [...size, ...at].forEach((value, i) => {
      builder.addFieldInt16(6 + i, value, 0);
    });
    builder.addFieldOffset(10, vector, 0);
  });
  return finish(builder, root, 'FRME');
}

/** An `IMUS` payload: temperature, acceleration, angular velocity, magnetic field. */
export function imuPayload(...samples: readonly { t: number; values: readonly number[] }[]): Uint8Array {
  return tablesPayload(
    'IMUS',
    11,
    samples.map(({ t, values }) => (builder) => {
      builder.addFieldInt64(0, BigInt(t), 0n);
      values.forEach((value, i) => {
        builder.addFieldFloat32(1 + i, value, 0);
      });
    }),
  );
}

/** A `TRIG` payload. */
export function triggerPayload(...triggers: readonly (readonly [t: number, type: number])[]): Uint8Array {
  return tablesPayload(
    'TRIG',
    2,
    triggers.map(([t, type]) => (builder) => {
      builder.addFieldInt64(0, BigInt(t), 0n);
      builder.addFieldInt8(1, type, 0);
    }),
  );
}

/** An infoNode that declares streams of these types, numbered from 0. */
export function streamsXml(...types: readonly string[]): string {
  const nodes = types.map(
    (type, i) =>
      `<node name="${i}" path="/outInfo/${i}/"><attr key="typeIdentifier" type="string">${type}</attr>` +
      `<node name="info" path="/outInfo/${i}/info/"><attr key="sizeX" type="int">${i === 0 ? 346 : 96}</attr>` +
      `<attr key="sizeY" type="int">260</attr><attr key="source" type="string">A &amp; B</attr></node></node>`,
  );
  return `<dv version="2.0"><node name="outInfo" path="/outInfo/">${nodes.join('')}</node></dv>`;
}
