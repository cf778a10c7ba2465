/** A packet's header among the numbers of a resume point. */
import { impossiblePlace } from '../resume.ts';
import { packetProblem, type PacketHeader } from './packet.ts';

const FIELDS: readonly (keyof PacketHeader)[] = [
  ...(['type', 'source', 'eventBytes', 'timeOffset'] as const),
  ...(['overflow', 'capacity', 'number', 'valid'] as const),
];

/** Numbers of a place: seven of the parser's, and the header's. */
export const PLACE_NUMBERS: number = 7 + FIELDS.length;

/** Zeros between packets. */
export function headerNumbers(header: PacketHeader | undefined): number[] {
  return FIELDS.map((name) => header?.[name] ?? 0);
}

/** @throws EventFormatError for a header that cannot be. */
export function headerOf(numbers: readonly number[], byteOffset: number): PacketHeader | undefined {
  if (numbers.every((number) => number === 0)) return undefined;
  const header = Object.fromEntries(FIELDS.map((name, i) => [name, numbers[i]!])) as unknown as PacketHeader;
  if (packetProblem(header) !== null) throw impossiblePlace(byteOffset);
  return header;
}
