/** The first block of a tar archive: the magic word of ustar and GNU tar, or what tars without one (V7) have. */

export const TAR_BLOCK_BYTES = 512;
const MAGIC_AT = 257;
const MAGIC = 'ustar';
const SUM_AT = 148;
const SUM_END = 156;
const SPACE = 0x20;
/** Mode, owner, group, length and time: octal digits. */
const NUMBERS = [
  [100, 108],
  [108, 116],
  [116, 124],
  [124, 136],
  [136, 148],
] as const;

/** Whether a block says that it is a header. */
export function hasTarMagic(block: Uint8Array): boolean {
  return textOf(block, MAGIC_AT, MAGIC_AT + MAGIC.length) === MAGIC;
}

/**
 * Whether a block that does not say so is one of V7: its checksum is right, which other bytes meet once in some hundred thousand
 * times at best, and it has a name and numbers.
 */
export function isPlainTarHeader(block: Uint8Array): boolean {
  if (block.length < TAR_BLOCK_BYTES || block[0] === 0 || hasTarMagic(block)) return false;
  const [, digits] = /^ *([0-7]+)[ \0]+$/.exec(textOf(block, SUM_AT, SUM_END)) ?? [];
  if (digits === undefined || sumOf(block) !== parseInt(digits, 8)) return false;
  return NUMBERS.every(([from, to]) => /^ *[0-7]*[ \0]*$/.test(textOf(block, from, to)));
}

/** The same header as GNU tar writes it, without what V7 does not have. */
export function withTarMagic(block: Uint8Array): Uint8Array {
  const header = block.slice(0, TAR_BLOCK_BYTES).fill(0, MAGIC_AT);
  const put = (text: string, at: number): void => {
    for (let i = 0; i < text.length; i++) header[at + i] = text.charCodeAt(i);
  };
  put(`${MAGIC}  `, MAGIC_AT);
  put(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, SUM_AT);
  return header;
}

/** Sum of the bytes, with spaces in place of the sum. */
function sumOf(block: Uint8Array): number {
  let sum = SPACE * (SUM_END - SUM_AT);
  for (let i = 0; i < TAR_BLOCK_BYTES; i++) if (i < SUM_AT || i >= SUM_END) sum += block[i]!;
  return sum;
}

function textOf(block: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...block.subarray(from, to));
}
