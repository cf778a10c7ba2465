/** The one list of what recordings may be packed in. */
import { byteText } from '../bytes.ts';
import { DETECTION_BYTES, type DetectionAmong } from '../detect-among.ts';
import { formatNamed, hasExtension, type EventFormat } from '../event-format.ts';
import { gzipPacking } from './gzip.ts';
import type { Packing } from './unpacker.ts';
import { zipPacking } from './zip.ts';
import { zstdPacking } from './zstd.ts';

function packings(formats: readonly EventFormat[]): readonly Packing[] {
  return [gzipPacking, zstdPacking, zipPacking(formats)];
}

/**
 * What a file is packed in, by its first bytes; `null` if in nothing. What a format is sure to be of its own is not: NumPy
 * archives are zip archives. Nor is what the stated format takes for its own, unless the file's name says that it is packed.
 */
export function packingOf(
  bytes: Uint8Array,
  { format: stated, fileName }: Pick<DetectionAmong, 'format' | 'fileName'>,
  formats: readonly EventFormat[],
): Packing | null {
  const head = bytes.subarray(0, DETECTION_BYTES);
  const text = byteText(head.subarray(0, 16));
  const found = packings(formats).find((packing) => packing.begins(head, text));
  if (found === undefined || formats.some((format) => format.sniff(head)?.confidence === 'certain'))
    return null;
  const isNamed = fileName !== undefined && packedName(found, fileName) !== fileName;
  const format = stated === undefined || isNamed ? undefined : formatNamed(stated, formats);
  return format !== undefined && format.sniff(head) !== null ? null : found;
}

/** A file's name without what its packing added. */
export function packedName({ extensions }: Packing, fileName: string): string {
  const lower = fileName.toLowerCase();
  const extension = extensions.find((ending) => lower.endsWith(ending));
  return extension === undefined ? fileName : fileName.slice(0, -extension.length);
}

/** A file's name without what packing one recording added. */
export function unpackedName(fileName: string): string {
  const names = [gzipPacking, zstdPacking].map((packing) => packedName(packing, fileName));
  return names.find((name) => name !== fileName) ?? fileName;
}

/** Whether a file's name ends as recordings do, packed or not; archives may hold several and are none. */
export function isRecordingName(
  fileName: string,
  formats: readonly Pick<EventFormat, 'extensions'>[],
): boolean {
  const names = [fileName, unpackedName(fileName)];
  return formats.some((format) => names.some((name) => hasExtension(format, name)));
}
