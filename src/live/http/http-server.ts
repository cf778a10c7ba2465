/** Node's HTTP server, and what can be wrong with where it is to listen. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { createSecureContext } from 'node:tls';
import { OptionError } from '../../events/index.ts';
import type { LiveLimits } from '../limits.ts';

/** A key and its certificate, PEM. */
export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
}

/** Between two looks at who takes too long with a request. */
const CHECKING_MS = 1_000;

/** @throws OptionError for a certificate that cannot be used. */
export function httpServer(
  tls: TlsFiles | undefined,
  limits: Pick<LiveLimits, 'requestTimeoutMs' | 'maxConnections'>,
): Server {
  const { requestTimeoutMs, maxConnections } = limits;
  const options = {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(CHECKING_MS, requestTimeoutMs),
    handshakeTimeout: requestTimeoutMs,
  };
  if (tls !== undefined) requireUsable(tls);
  const server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...tls });
  server.maxConnections = maxConnections;
  // Who does not read an answer. WebSockets have none of it.
  server.setTimeout(requestTimeoutMs);
  return server;
}

/** Another certificate, for connections that come from now on. @throws OptionError */
export function replaceCertificate(server: Server, tls: TlsFiles): void {
  if (!('setSecureContext' in server))
    throw new OptionError('tls', 'cannot be given to a server that was started without');
  requireUsable(tls);
  (server as TlsServer).setSecureContext(tls);
}

function requireUsable(tls: TlsFiles): void {
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new OptionError('tls', `is no usable key and certificate: ${(cause as Error).message}`, { cause });
  }
}

/** Resolves when it listens. @throws OptionError where a choice is wrong. */
export async function listenOn(server: Server, port: number, host: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    throw listenError(cause, port, host);
  }
}

/** Why it cannot listen there. */
function listenError(cause: unknown, port: number, host: string): unknown {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new OptionError('port', `${port} is in use on ${host}: choose another, or 0 for a free one`, {
      cause,
    });
  if (code === 'EACCES')
    return new OptionError('port', `${port} may not be used: choose one above 1023, or 0 for a free one`, {
      cause,
    });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new OptionError('host', `${host} is no address of this machine (${message})`, { cause });
  return cause;
}
