/** Joins byte arrays. A single one that is not empty is returned as it is, not copied. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const full = parts.filter(({ length }) => length > 0);
  if (full.length === 1) return full[0]!;
  const joined = new Uint8Array(full.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of full) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
