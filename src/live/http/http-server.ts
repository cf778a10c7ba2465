/** Node's HTTP server, and what can be wrong with where it is to listen. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { OptionError } from '../../events/index.ts';

/** A key and its certificate, PEM. */
export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
}

/** @throws OptionError for a certificate that cannot be used. */
export function httpServer(tls: TlsFiles | undefined): Server {
  if (tls === undefined) return createServer();
  try {
    return createTlsServer(tls);
  } catch (cause) {
    throw new OptionError('tls', `is no usable key and certificate: ${(cause as Error).message}`, { cause });
  }
}

/** Why it cannot listen there, as an OptionError where a choice is wrong. */
export function listenError(cause: unknown, port: number, host: string): unknown {
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
