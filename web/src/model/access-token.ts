/**
 * The secret with which this page may watch. It stands in the address as `#token=…`, a part that browsers send to nobody,
 * and is kept for the tab only.
 */

const KEY = 'saccade-token';

/** Takes the secret out of the address, where it would be seen and bookmarked. */
export function takeToken(location: Location, history: History, storage: Storage): string | null {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const given = parameters.get('token');
  if (given === null) return storage.getItem(KEY);
  storage.setItem(KEY, given);
  parameters.delete('token');
  const hash = parameters.size > 0 ? `#${parameters.toString()}` : '';
  history.replaceState(null, '', `${location.pathname}${location.search}${hash}`);
  return given;
}

/** As a subprotocol: a page cannot set headers of a WebSocket. */
export function tokenProtocols(token: string | null): string[] {
  if (token === null) return [];
  const base64 = btoa(String.fromCharCode(...new TextEncoder().encode(token)));
  return [`token.${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`];
}

/** For a request. */
export function tokenHeaders(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}
