/** What may change while a server runs, and what must hold before and after. */
import { OptionError } from '../events/index.ts';
import type { InferenceEngine } from '../inference/index.ts';
import type { AccessToken } from './access/access.ts';
import type { TlsFiles } from './http/http-server.ts';

/** See `LiveServer.reload`; what is left out stays as it is. */
export interface LiveServerChanges {
  readonly engine?: InferenceEngine;
  /** The bytes of the engine's model file, without which dashboards get none. */
  readonly modelFile?: Uint8Array;
  readonly tokens?: readonly AccessToken[];
  readonly tls?: TlsFiles;
}

/** Where a server listens if nothing is said. */
export const LOCAL_HOST = '127.0.0.1';
const LOOPBACK = new Set([LOCAL_HOST, '::1', 'localhost']);

/** Who reaches a server. */
export interface Exposure extends Pick<LiveServerChanges, 'tokens' | 'tls'> {
  readonly host?: string;
  readonly insecure?: boolean;
}

/** @throws OptionError for a server that others reach, without tokens or TLS. */
export function requireSafe({ host = LOCAL_HOST, tokens = [], tls, insecure = false }: Exposure): void {
  if (LOOPBACK.has(host) || insecure || (tokens.length > 0 && tls !== undefined)) return;
  throw new OptionError(
    'host',
    `${host} is open to others: set tokens and TLS, or insecure if that is meant`,
  );
}
