/** What a request says, read so that no request can throw. */

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
