/** Where the servers of NATS are, and who asks. */
import { OptionError } from '../events/index.ts';

/** Who asks: at most one of the three. */
export interface NatsCredentials {
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Text of a `.creds` file: a JWT and its seed. */
  readonly creds?: string;
}

/** Servers of one cluster; any of them will do. */
export interface NatsAddress {
  /** `host:port` each. */
  readonly servers: readonly string[];
  /** Only by TLS. */
  readonly tls: boolean;
  readonly credentials: NatsCredentials;
}

const DEFAULT_PORT = 4222;
/** A token, a user or a password each. */
const MOST_SECRET = 4096;

/**
 * Parses `nats://[user:password@]host[:port]`, or `tls://…`; several with commas between them. `nats://token@host` is a token.
 * Arguments of a process are for all users of a machine to see: secrets belong into a file or the environment, see
 * {@link credentialsOf}.
 *
 * @param option whose value it is, for the message.
 * @throws OptionError for what is no such address, or names servers by several schemes or as several users.
 */
export function parseNatsAddress(text: string, option: string): NatsAddress {
  const parts = text.split(',').map((part) => parseOne(part.trim(), option));
  const [first, ...others] = parts;
  if (others.some(({ tls }) => tls !== first!.tls))
    throw new OptionError(option, 'must name all servers by one scheme, nats:// or tls://');
  const named = parts.map(({ credentials }) => credentials).filter((own) => Object.keys(own).length > 0);
  if (new Set(named.map((own) => JSON.stringify(own))).size > 1)
    throw new OptionError(option, 'must name one user for all servers');
  return {
    servers: parts.map(({ server }) => server),
    tls: first!.tls,
    credentials: named[0] ?? {},
  };
}

function parseOne(
  text: string,
  option: string,
): { server: string; tls: boolean; credentials: NatsCredentials } {
  const wrong = (problem: string): OptionError =>
    // The value may hold a secret, and errors are logged.
    new OptionError(option, `${problem}; an address is nats://host:port or tls://host:port`);
  const scheme = /^(nats|tls):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw wrong('names no server by nats:// or tls://');
  let url: URL;
  try {
    // URL knows hosts, ports and what is escaped, of schemes that it knows.
    url = new URL(`http://${text.slice(scheme.length + '://'.length)}`);
  } catch {
    throw wrong('has an address that cannot be parsed');
  }
  if (url.hostname === '' || (url.pathname !== '/' && url.pathname !== '') || url.search || url.hash)
    throw wrong('has an address with more than a host and a port');
  // Port 80 is left out of a URL of this scheme.
  const port = url.port !== '' ? url.port : /:0*80$/.test(text) ? '80' : String(DEFAULT_PORT);
  return {
    server: `${url.hostname}:${port}`,
    tls: scheme === 'tls',
    credentials: credentialsIn(url),
  };
}

function credentialsIn({ username, password }: URL): NatsCredentials {
  if (username === '' && password === '') return {};
  if (password === '') return { token: decode(username) };
  return { user: decode(username), password: decode(password) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Credentials of a file: a `.creds` file as `nsc` writes it, or one line with `user:password` or a token.
 *
 * @throws OptionError for an empty file.
 */
export function credentialsOf(text: string, option: string): NatsCredentials {
  if (text.includes('-----BEGIN NATS USER JWT-----')) return { creds: text };
  const line = text.split(/\r?\n/, 1)[0]!.trim();
  if (line === '') throw new OptionError(option, 'names a file without a first line');
  if (line.length > MOST_SECRET)
    throw new OptionError(option, 'names a file that is neither .creds nor a line user:password or a token');
  const colon = line.indexOf(':');
  return colon < 0 ? { token: line } : { user: line.slice(0, colon), password: line.slice(colon + 1) };
}
