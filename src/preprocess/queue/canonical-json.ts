/** Equal values, equal text: what is hashed into names. */
import { createHash } from 'node:crypto';

/** JSON with the keys of objects sorted and without spaces. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, own: unknown) =>
    typeof own === 'object' && own !== null && !Array.isArray(own)
      ? Object.fromEntries(Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)))
      : own,
  );
}

/** Hex of the SHA-256 of {@link canonicalJson}. */
export function canonicalDigest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
