/** Stretches of files as locations: `data_batch_1.bin!1+3072` is 3,072 bytes from byte 1 on. */

/** See the file comment. */
export interface FileStretch {
  readonly file: string;
  readonly byteOffset: number;
  readonly bytes: number;
}

const STRETCH = /^(.+)!(\d+)\+(\d+)$/;

/** The location of a stretch. */
export function stretchLocation({ file, byteOffset, bytes }: FileStretch): string {
  return `${file}!${byteOffset}+${bytes}`;
}

/** The stretch that a location names, `null` for others. */
export function stretchOf(location: string): FileStretch | null {
  const [, file, byteOffset, bytes] = STRETCH.exec(location) ?? [];
  return file === undefined ? null : { file, byteOffset: Number(byteOffset), bytes: Number(bytes) };
}
