/** What a request says, read so that no request can throw. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** The path of a request, decoded; `null` if it is none. */
export function pathOf(url: string | undefined): string | null {
  try {
    return decodeURIComponent(new URL(url ?? '', 'http://localhost').pathname);
  } catch {
    return null;
  }
}

/** Whether a page of another origin asks. `null` is what sandboxed pages and pages of files send: foreign too. */
export function isForeign(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return false;
  try {
    return new URL(origin).host !== host;
  } catch {
    return true;
  }
}

/** Compares in constant time, whatever the lengths. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
