/**
 * The safetensors container: u64 LE header length, JSON header, data. Files open with the Python package
 * of that name. Format: https://github.com/huggingface/safetensors#format
 */
import type { OwnedBytes } from '../events/index.ts';
import * as v from 'valibot';
import { integerBetween } from './integer-between.ts';
import { ModelFileError } from './model-file-error.ts';
import { elementCount, type NamedTensor, type TensorDtype } from './tensor.ts';

/** The format's own limit for the header. */
const MAX_HEADER_BYTES = 100_000_000;

const BYTES: Record<TensorDtype, number> = { U8: 1, I8: 1, I32: 4, F32: 4 };

const entrySchema = v.strictObject({
  dtype: v.picklist(['U8', 'I8', 'I32', 'F32']),
  shape: v.pipe(v.array(integerBetween(0)), v.maxLength(8)),
  data_offsets: v.tuple([integerBetween(0), integerBetween(0)]),
});

/** Tensors and string metadata of one file. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, NamedTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A tensor as its bytes, little-endian and in C order. */
export interface StoredTensor {
  readonly name: string;
  /** As the format names it: `U8`, `F64`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Writes a file. Equal content gives equal bytes. */
export function writeSafetensors({ tensors, metadata }: Safetensors): OwnedBytes {
  const stored = Object.entries(tensors).map(([name, tensor]): StoredTensor => {
    const bytes = new Uint8Array(elementCount(tensor.shape) * BYTES[tensor.dtype]);
    writeElements(new DataView(bytes.buffer), tensor);
    return { name, dtype: tensor.dtype, shape: tensor.shape, bytes };
  });
  return safetensorsFile(stored, metadata);
}

/**
 * A file of tensors of any type. Larger element types come first, then names are sorted, so equal content gives equal
 * bytes.
 */
export function safetensorsFile(
  tensors: readonly StoredTensor[],
  metadata: Readonly<Record<string, string>>,
): OwnedBytes {
  const sorted = tensors
    .map((tensor) => ({ ...tensor, elementBytes: Number(/\d+/.exec(tensor.dtype)?.[0] ?? 8) }))
    .sort((a, b) => b.elementBytes - a.elementBytes || (a.name < b.name ? -1 : 1));
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, dtype, shape, bytes } of sorted) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] };
    end += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The format asks for data aligned to 8 bytes; the header is padded with spaces.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, 8 + json.length, 8 + headerBytes);
  file.set(json, 8);
  let at = 8 + headerBytes;
  for (const { bytes } of sorted) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

function writeElements(view: DataView, { dtype, data }: NamedTensor): void {
  let at = 0;
  for (const value of data) {
    if (dtype === 'F32') view.setFloat32(at, value, true);
    else if (dtype === 'I32') view.setInt32(at, value, true);
    else view.setUint8(at, value & 0xff);
    at += BYTES[dtype];
  }
}

/**
 * Reads and checks a file. Data is copied, so the bytes may be reused.
 *
 * @throws {@link ModelFileError} with the byte offset.
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 8) {
    throw new ModelFileError(
      'TRUNCATED',
      'header',
      0,
      `The file has ${file.length} bytes; a model begins with an 8-byte length.`,
    );
  }
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES) {
    throw new ModelFileError(
      'NOT_A_MODEL',
      'header',
      0,
      'This is not a safetensors file: its header length is absurd.',
    );
  }
  if (8 + headerBytes > file.length) {
    throw new ModelFileError(
      'TRUNCATED',
      'header',
      file.length,
      `The header needs ${headerBytes} bytes, the file ends before. Copy it again.`,
    );
  }
  const header = parseHeader(file.subarray(8, 8 + headerBytes));
  const base = 8 + headerBytes;
  const tensors: Record<string, NamedTensor> = {};
  let covered = 0;
  for (const [name, raw] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = v.safeParse(entrySchema, raw);
    if (!entry.success) {
      throw new ModelFileError(
        'BAD_HEADER',
        name,
        8,
        `The entry of tensor ${name} is malformed: ${entry.issues[0].message}.`,
      );
    }
    const {
      dtype,
      shape,
      data_offsets: [start, end],
    } = entry.output;
    if (end - start !== elementCount(shape) * BYTES[dtype]) {
      throw new ModelFileError(
        'BAD_HEADER',
        name,
        base + start,
        `Tensor ${name} has ${end - start} bytes, its shape needs ${elementCount(shape) * BYTES[dtype]}.`,
      );
    }
    if (base + end > file.length) {
      throw new ModelFileError(
        'TRUNCATED',
        name,
        file.length,
        `Tensor ${name} ends at byte ${base + end}, the file before. Copy it again.`,
      );
    }
    covered += end - start;
    tensors[name] = readElements(view, base + start, dtype, shape);
  }
  if (base + covered !== file.length) {
    throw new ModelFileError(
      'BAD_HEADER',
      'data',
      base + covered,
      `Tensors cover ${covered} bytes, the file holds ${file.length - base}.`,
    );
  }
  return { tensors, metadata: parseMetadata(header['__metadata__']) };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return v.parse(v.record(v.string(), v.unknown()), JSON.parse(json));
  } catch (cause) {
    throw new ModelFileError(
      'NOT_A_MODEL',
      'header',
      8,
      'This is not a safetensors file: its header is not a JSON object.',
      { cause },
    );
  }
}

function parseMetadata(raw: unknown): Record<string, string> {
  const metadata = v.safeParse(v.record(v.string(), v.string()), raw ?? {});
  if (!metadata.success)
    throw new ModelFileError('BAD_HEADER', '__metadata__', 8, 'The metadata are not strings.');
  return metadata.output;
}

function readElements(view: DataView, at: number, dtype: TensorDtype, shape: readonly number[]): NamedTensor {
  const count = elementCount(shape);
  if (dtype === 'U8')
    return { dtype, shape, data: Uint8Array.from({ length: count }, (_, i) => view.getUint8(at + i)) };
  if (dtype === 'I8')
    return { dtype, shape, data: Int8Array.from({ length: count }, (_, i) => view.getInt8(at + i)) };
  if (dtype === 'I32')
    return {
      dtype,
      shape,
      data: Int32Array.from({ length: count }, (_, i) => view.getInt32(at + 4 * i, true)),
    };
  return {
    dtype,
    shape,
    data: Float32Array.from({ length: count }, (_, i) => view.getFloat32(at + 4 * i, true)),
  };
}
