/** What a JPEG file says of itself in front of its data (ITU-T T.81, annex B). */
import { DatasetError } from '../errors.ts';

/** See the file comment. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1: greys, 3: colours. */
  readonly components: number;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** DHT, JPG and DAC lie among the markers of frames and are none. */
const NO_FRAMES: readonly number[] = [0xc4, 0xc8, 0xcc];

const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker);

/**
 * Reads up to the header of the frame.
 *
 * @param id names the file in faults.
 * @throws DatasetError `BAD_IMAGE`
 */
export function readJpegHeader(bytes: Uint8Array, id: string): JpegHeader {
  const fault = (at: number, problem: string): DatasetError =>
    new DatasetError('BAD_IMAGE', id, `Byte ${at}: ${problem}.`);
  if (bytes[0] !== 0xff || bytes[1] !== SOI)
    throw fault(0, 'this is no JPEG file, which would begin with FF D8');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) throw fault(at, 'a marker must be here');
    const marker = bytes[at + 1]!;
    // A marker may have any number of FF in front of it.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === SOS || marker === EOI) throw fault(at, 'the data come without the header of a frame');
    if (isFrame(marker)) return frameAt(view, at, fault);
    at += 2 + view.getUint16(at + 2);
  }
  throw fault(bytes.length, 'the file ends in front of its image');
}

function frameAt(
  view: DataView,
  at: number,
  fault: (at: number, problem: string) => DatasetError,
): JpegHeader {
  if (at + 10 > view.byteLength) throw fault(view.byteLength, 'the file ends in the header of its frame');
  const bits = view.getUint8(at + 4);
  if (bits !== 8) throw fault(at + 4, `values have ${bits} bits, and 8 are read`);
  const components = view.getUint8(at + 9);
  if (components !== 1 && components !== 3)
    throw fault(at + 9, `it has ${components} colours, and 1 or 3 are read`);
  return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), components };
}
