/** Headers of NumPy files: magic, version, length, a Python dict. Format: numpy.lib.format, versions 1.0 to 3.0. */
import { EventFormatError } from '../errors.ts';
import { parsePythonLiteral, type PythonLiteral } from './literal.ts';

/** What an `.npy` file begins with. */
export const NPY_MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy itself refuses to read headers of more than 10,000 bytes unless told to. */
const MAX_HEADER_BYTES = 0x1_0000;
const ALIGNMENT = 64;
/** Digits of the greatest length that is a safe integer. */
const MAX_DIGITS = 16;

/** What a header says. */
export interface NpyHeader {
  /** Type of the elements: `<f8`, or a list of fields. */
  readonly descr: PythonLiteral;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly bytes: number;
}

/**
 * Reads the header at the start of a file.
 *
 * @returns `null` if more bytes are needed.
 * @throws EventFormatError `BAD_HEADER`, `HEADER_TOO_LARGE`.
 */
export function readNpyHeader(head: Uint8Array): NpyHeader | null {
  for (let i = 0; i < Math.min(head.length, NPY_MAGIC.length); i++) {
    if (head[i] !== NPY_MAGIC[i]) throw new EventFormatError('BAD_HEADER', i, 'This is no NumPy array.');
  }
  const version = head[6];
  if (version === undefined) return null;
  if (version < 1 || version > 3)
    throw new EventFormatError('BAD_HEADER', 6, `Version ${version} of the NumPy format is not known.`);
  const start = version === 1 ? 10 : 12;
  if (head.length < start) return null;
  const view = new DataView(head.buffer, head.byteOffset, start);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) {
    throw new EventFormatError(
      'HEADER_TOO_LARGE',
      8,
      `The array's header has ${length} bytes, more than ${MAX_HEADER_BYTES}.`,
    );
  }
  const bytes = start + length;
  if (head.length < bytes) return null;
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(head.subarray(start, bytes));
  const header = headerOf(parsePythonLiteral(text), bytes);
  if (header === null) {
    throw new EventFormatError(
      'BAD_HEADER',
      start,
      `The array's header is none that NumPy writes: ${text.trim().slice(0, 80)}`,
    );
  }
  return header;
}

function headerOf(dict: PythonLiteral | undefined, bytes: number): NpyHeader | null {
  if (!(dict instanceof Map)) return null;
  const entries = dict as ReadonlyMap<string, PythonLiteral>;
  const descr = entries.get('descr');
  const fortranOrder = entries.get('fortran_order');
  const shape = entries.get('shape');
  if (descr === undefined || typeof fortranOrder !== 'boolean' || !Array.isArray(shape)) return null;
  const sizes = shape as readonly PythonLiteral[];
  if (!sizes.every((size): size is number => Number.isSafeInteger(size))) return null;
  return { descr, fortranOrder, shape: sizes, bytes };
}

/**
 * A header of version 1.0 in C order. Its length does not depend on the first size, so that the header can be
 * written again once that is known.
 *
 * @param descr as Python spells it, quotes included: `'<f8'`.
 */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${sizes}), }`;
  const room = 11 + dict.length + MAX_DIGITS - String(shape[0] ?? '').length;
  const total = Math.ceil(room / ALIGNMENT) * ALIGNMENT;
  const text = `${dict.padEnd(total - 11)}\n`;
  const bytes = new Uint8Array(total);
  bytes.set([...NPY_MAGIC, 1, 0, text.length & 0xff, text.length >> 8]);
  bytes.set(new TextEncoder().encode(text), 10);
  return bytes;
}
