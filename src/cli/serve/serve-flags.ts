/** The flags of servers, and what they stand for. */
import { randomUUID } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { OptionError } from '../../events/index.ts';
import type { AccessToken, LiveServerOptions, ProxyHeader } from '../../live/index.ts';
import { serverTokens } from '../access-options.ts';
import type { EngineFlags } from '../engine-options.ts';
import type { FilterFlags } from '../filter-options.ts';
import type { FormatFlags } from '../format-options.ts';
import type { SourceFlags } from '../source-options.ts';
import { readOptionFile } from '../option-file.ts';

/** What all servers are told: `serve`, `gateway`. */
export interface ServerFlags {
  readonly model: string;
  readonly host: string;
  readonly port: number;
  readonly tokens?: string;
  readonly allowHost?: readonly string[];
  readonly trustedProxy?: readonly string[];
  readonly proxyHeader: ProxyHeader;
  readonly tlsKey?: string;
  readonly tlsCert?: string;
  readonly insecure?: boolean;
  readonly json?: boolean;
}

/** What `serve` is told. */
export interface ServeFlags extends ServerFlags, EngineFlags, FilterFlags, FormatFlags, SourceFlags {
  readonly replay?: readonly string[];
  readonly rate: number;
  readonly once?: boolean;
  readonly record?: string;
}

/** With which the server replays to itself. */
export const OWN_TOKEN: AccessToken = { name: 'replay', secret: randomUUID(), cameras: ['replay'] };

/** The tokens that hold, the server's own among them; none where all is open. @throws OptionError */
export async function tokensFromFlags({ tokens }: ServerFlags): Promise<AccessToken[]> {
  const given = await serverTokens(tokens);
  return given.length === 0 ? [] : [...given, OWN_TOKEN];
}

/** @throws OptionError for one without the other, and for what is no key or certificate. */
export async function tlsFromFlags({ tlsKey, tlsCert }: ServerFlags): Promise<LiveServerOptions['tls']> {
  if (tlsKey === undefined && tlsCert === undefined) return undefined;
  if (tlsKey === undefined) throw new OptionError('--tls-key', 'is needed with --tls-cert');
  if (tlsCert === undefined) throw new OptionError('--tls-cert', 'is needed with --tls-key');
  const tls = {
    key: await readOptionFile('--tls-key', tlsKey),
    cert: await readOptionFile('--tls-cert', tlsCert),
  };
  try {
    createSecureContext(tls);
  } catch (cause) {
    const problem = `and --tls-key are no certificate and its key (${tlsCert}, ${tlsKey}): ${(cause as Error).message}`;
    throw new OptionError('--tls-cert', problem, { cause });
  }
  return tls;
}
