/** Where a live server, or a gateway to a cluster, takes cameras. */
import { OptionError } from '../events/index.ts';

/** The server's address for cameras. @throws OptionError */
export function ingestUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^wss?:$/.test(url.protocol)) {
    throw new OptionError(
      'url',
      `is no address of a server: give ws://host:port, for example ws://127.0.0.1:8765; got "${text}"`,
    );
  }
  if (!/\/ingest\/?$/.test(url.pathname)) url.pathname = `${url.pathname.replace(/\/$/, '')}/ingest`;
  return url.href;
}
