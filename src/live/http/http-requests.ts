/** What a request says, read so that no request can throw. */
import type { IncomingHttpHeaders } from 'node:http';

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

/** In front of a secret among the subprotocols: the way for pages, which cannot set headers. */
const TOKEN_PROTOCOL = 'token.';

/** The names among the subprotocols. */
export function subprotocolsOf({ 'sec-websocket-protocol': protocols = '' }: IncomingHttpHeaders): string[] {
  return protocols.split(',').map((name) => name.trim());
}

/** The secret that a request gives: as bearer token, or in base64url among the subprotocols. */
export function secretOf(headers: IncomingHttpHeaders): string | null {
  const bearer = /^Bearer ([\x21-\x7e]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const named = subprotocolsOf(headers).find((name) => name.startsWith(TOKEN_PROTOCOL));
  return named === undefined ? null : Buffer.from(named.slice(TOKEN_PROTOCOL.length), 'base64url').toString();
}
