/** What answers to requests for parts of a file say (RFC 9110, sections 8.8 and 14.4). */

/** A part as an answer states it: bytes `[start, end)`. */
export interface StatedRange {
  readonly start: number;
  readonly end: number;
  /** Length of the whole, `null` where it is not stated. */
  readonly total: number | null;
}

/** The header `Content-Range`; `null` where it says no part. */
export function contentRange(header: string | null): StatedRange | null {
  const [, start, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '') ?? [];
  if (start === undefined) return null;
  return { start: Number(start), end: Number(last) + 1, total: total === '*' ? null : Number(total) };
}

/** What names a file's bytes: a strong ETag, else a date. A weak ETag names none, so no parts may be joined by it. */
export function strongValidator(headers: Headers): string | null {
  const etag = headers.get('etag');
  if (etag !== null && !etag.startsWith('W/')) return etag;
  return headers.get('last-modified');
}
