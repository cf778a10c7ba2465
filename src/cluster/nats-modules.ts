/** The client of NATS: optional packages, loaded when a cluster is asked for and not before. */
import { ClusterError } from './errors.ts';

/** The version that package.json asks for. */
const NATS_VERSION = '3.4';
const PACKAGES = ['@nats-io/transport-node', '@nats-io/jetstream', '@nats-io/kv'] as const;

/** What is used of the packages. */
export interface NatsModules {
  readonly transport: typeof import('@nats-io/transport-node');
  readonly jetstream: typeof import('@nats-io/jetstream');
  readonly kv: typeof import('@nats-io/kv');
}

/**
 * Loads all of them.
 *
 * @throws ClusterError `NOT_INSTALLED`, with the command that installs what is missing.
 */
export async function loadNats(): Promise<NatsModules> {
  try {
    const [transport, jetstream, kv] = await Promise.all([
      import('@nats-io/transport-node'),
      import('@nats-io/jetstream'),
      import('@nats-io/kv'),
    ]);
    return { transport, jetstream, kv };
  } catch (cause) {
    throw missing(cause) ?? cause;
  }
}

/** What a failed import says, `null` if it is not that one of these packages is missing. */
export function missing(cause: unknown): ClusterError | null {
  const { code, message } = cause as NodeJS.ErrnoException;
  const name = PACKAGES.find((known) => message.includes(`'${known}'`));
  if (code !== 'ERR_MODULE_NOT_FOUND' || name === undefined) return null;
  const wanted = PACKAGES.map((known) => `${known}@${NATS_VERSION}`).join(' ');
  return new ClusterError(
    'NOT_INSTALLED',
    `A cluster needs the client of NATS, and ${name} is not installed. Run \`npm install ${wanted}\`.`,
    { cause },
  );
}
