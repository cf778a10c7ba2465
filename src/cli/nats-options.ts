/** Where NATS is and who asks. */
import process from 'node:process';
import type { Command } from 'commander';
import {
  credentialsOf,
  NatsConnection,
  parseNatsAddress,
  type NatsAddress,
  type NatsConnectionOptions,
} from '../cluster/index.ts';
import { OptionError } from '../events/index.ts';
import { readOptionFile } from './option-file.ts';

/** `user:password` or a token. */
const CREDENTIALS_VARIABLE = 'SACCADE_NATS_CREDENTIALS';

/** What {@link addNatsOptions} parses, beside the address. */
export interface NatsFlags {
  readonly natsCredentials?: string;
  readonly natsCa?: string;
  readonly natsCert?: string;
  readonly natsKey?: string;
}

/** Adds who asks, and with what certificates; the address is an option of its own. */
export function addNatsOptions(command: Command): Command {
  return command
    .option(
      '--nats-credentials <file>',
      `a .creds file, or a line user:password or a token (default: the environment's ${CREDENTIALS_VARIABLE}, the line itself)`,
    )
    .option('--nats-ca <file>', "certificates to trust, PEM, with tls:// (default: the system's)")
    .option('--nats-cert <file>', 'own certificate, PEM, where the server asks for one')
    .option('--nats-key <file>', 'its key, PEM');
}

/**
 * Connects.
 *
 * @param option that has the address, for messages.
 * @throws OptionError; ClusterError
 */
export async function openNats(option: string, url: string, flags: NatsFlags): Promise<NatsConnection> {
  const address = parseNatsAddress(url, option);
  requireTls(option, address, flags);
  const { password, token } = address.credentials;
  if (flags.natsCredentials !== undefined && (password ?? token) !== undefined)
    throw new OptionError('--nats-credentials', `says who asks, and so does ${option}: leave it out of one`);
  if (password !== undefined || token !== undefined)
    note(`whoever is on this machine can read what ${option} says; --nats-credentials keeps it secret`);
  const connection = await NatsConnection.open({
    address: { ...address, credentials: await credentials(address, flags) },
    ...(address.tls && { tls: tlsFiles(flags) }),
  });
  let isToldRefused = false;
  connection.listen((event) => {
    if (event.kind === 'lost') note(`NATS at ${event.server} is away; waiting for it`);
    else if (event.kind === 'back') note(`NATS is back, at ${event.server}`);
    // Each attempt fails in this way.
    if (event.kind === 'refused' && !isToldRefused)
      note(`${event.error.message} It is tried again and again.`);
    isToldRefused = event.kind === 'refused' || (isToldRefused && event.kind !== 'back');
  });
  return connection;
}

/** @throws OptionError for certificates that nobody would look at. */
function requireTls(option: string, { tls }: NatsAddress, { natsCa, natsCert, natsKey }: NatsFlags): void {
  if (!tls && (natsCa ?? natsCert ?? natsKey) !== undefined)
    throw new OptionError(
      natsCa !== undefined ? '--nats-ca' : natsCert !== undefined ? '--nats-cert' : '--nats-key',
      `goes with TLS, and ${option} has none: write tls://host:port`,
    );
  if ((natsCert === undefined) !== (natsKey === undefined))
    throw new OptionError(
      natsCert === undefined ? '--nats-cert' : '--nats-key',
      `is needed with ${natsCert === undefined ? '--nats-key' : '--nats-cert'}`,
    );
}

async function credentials(
  address: NatsAddress,
  { natsCredentials }: NatsFlags,
): Promise<NatsAddress['credentials']> {
  if (natsCredentials !== undefined)
    return credentialsOf(await readOptionFile('--nats-credentials', natsCredentials), '--nats-credentials');
  const own = process.env[CREDENTIALS_VARIABLE];
  return own ? credentialsOf(own, CREDENTIALS_VARIABLE) : address.credentials;
}

function tlsFiles({ natsCa, natsCert, natsKey }: NatsFlags): NonNullable<NatsConnectionOptions['tls']> {
  return {
    ...(natsCa !== undefined && { caFile: natsCa }),
    ...(natsCert !== undefined && { certFile: natsCert }),
    ...(natsKey !== undefined && { keyFile: natsKey }),
  };
}

function note(text: string): void {
  process.stderr.write(`note: ${text}\n`);
}
