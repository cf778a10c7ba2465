/** One connection to NATS, shared by whatever needs one. */
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection as Client, NodeConnectionOptions, Status } from '@nats-io/transport-node';
import { ClusterError } from './errors.ts';
import type { NatsAddress } from './nats-address.ts';
import { loadNats, type NatsModules } from './nats-modules.ts';
import { identityCheck } from './nats-tls.ts';

/** Older ones lack the JetStream API that the client speaks. */
const OLDEST_SERVER = [2, 9, 4] as const;
/** A lost server is asked for again this often, and for ever: who uses the connection knows how long it can wait. */
const RECONNECT_MS = 250;
const RECONNECT_JITTER_MS = 250;
/** A server that says nothing for two of these is gone: a machine without power says no goodbye. */
const PING_MS = 5000;

/** See {@link NatsConnection.open}. */
export interface NatsConnectionOptions {
  readonly address: NatsAddress;
  /** Shown in the server's own lists. */
  readonly name?: string;
  /** How long the first connection may take. Default 10 s. */
  readonly timeoutMs?: number;
  /** Whether the server must have JetStream: it keeps jobs and leases. Default true. */
  readonly jetstream?: boolean;
  /** PEM files; the system's authorities by default. */
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string };
}

/** What the server or the network did. */
export type NatsEvent =
  | { readonly kind: 'lost' | 'back'; readonly server: string }
  /** A server that was lost is back, and does not let this user in any more; it is asked again and again. */
  | { readonly kind: 'refused'; readonly error: ClusterError }
  /** What was published or subscribed to is not allowed to this user; the message is lost. */
  | { readonly kind: 'denied'; readonly error: ClusterError };

/** See {@link NatsConnection.open}. */
export class NatsConnection {
  readonly client: Client;
  readonly modules: NatsModules;
  readonly jetstream: JetStreamClient;
  readonly #where: string;
  readonly #listeners = new Set<(event: NatsEvent) => void>();
  #manager: Promise<JetStreamManager> | undefined;
  #denial: { readonly at: number; readonly error: ClusterError } | undefined;

  private constructor(client: Client, modules: NatsModules, where: string) {
    this.#where = where;
    this.client = client;
    this.modules = modules;
    this.jetstream = modules.jetstream.jetstream(client);
    void this.#watch();
  }

  /**
   * Connects. A connection that was there once comes back by itself, and nobody need ask; until then requests fail.
   *
   * @throws ClusterError `NOT_INSTALLED`, `UNREACHABLE`, `NOT_ALLOWED` or `UNSUITABLE_SERVER`. No message holds a secret.
   */
  static async open(options: NatsConnectionOptions): Promise<NatsConnection> {
    const modules = await loadNats();
    const { address, jetstream = true } = options;
    let client: Client;
    try {
      client = await modules.transport.connect(clientOptions(options, modules));
    } catch (error) {
      throw connectFailure(error, address, modules);
    }
    const problem = unsuitable(client.info?.version ?? '', client.info?.jetstream === true || !jetstream);
    if (problem !== null) {
      await client.close();
      throw new ClusterError('UNSUITABLE_SERVER', `The server at ${address.servers.join(', ')} ${problem}`);
    }
    return new NatsConnection(client, modules, address.servers.join(', '));
  }

  /** Most bytes of a message's payload. */
  get maxPayload(): number {
    return this.client.info?.max_payload ?? 1 << 20;
  }

  get isClosed(): boolean {
    return this.client.isClosed();
  }

  /** Streams, consumers, messages. Made once; asks the server nothing by itself. */
  async manager(): Promise<JetStreamManager> {
    return (this.#manager ??= this.modules.jetstream.jetstreamManager(this.client, { checkAPI: false }));
  }

  /** What was not allowed last, if that was at or after a time of `performance.now()`: requests without permission stay without an answer. */
  deniedSince(time: number): ClusterError | null {
    return this.#denial !== undefined && this.#denial.at >= time ? this.#denial.error : null;
  }

  /** Tells of events until the function it returns is called. */
  listen(listener: (event: NatsEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Ends at once: what was not answered fails with `CLOSED`. May be called again. */
  async close(): Promise<void> {
    if (!this.client.isClosed()) await this.client.close();
  }

  /**
   * What the client threw, as a {@link ClusterError} where it is for good: the connection closed, or the server refused. Others, a
   * request without an answer say, are given back as they are: trying again may help.
   */
  translate(error: unknown): unknown {
    const { transport } = this.modules;
    if (error instanceof ClusterError) return error;
    if (
      error instanceof transport.ClosedConnectionError ||
      error instanceof transport.DrainingConnectionError
    )
      return new ClusterError('CLOSED', 'The connection to NATS is closed.', { cause: error });
    if (error instanceof transport.PermissionViolationError) return denied(error);
    return error;
  }

  async #watch(): Promise<void> {
    for await (const status of this.client.status()) {
      const event = this.#eventOf(status);
      if (event?.kind === 'denied') this.#denial = { at: performance.now(), error: event.error };
      if (event !== null) for (const listener of this.#listeners) listener(event);
    }
  }

  #eventOf(status: Status): NatsEvent | null {
    if (status.type === 'disconnect') return { kind: 'lost', server: status.server };
    if (status.type === 'reconnect') return { kind: 'back', server: status.server };
    if (status.type !== 'error') return null;
    const { error } = status;
    if (isRefusal(error, this.modules)) return { kind: 'refused', error: refusedAt(this.#where, error) };
    return error instanceof this.modules.transport.PermissionViolationError
      ? { kind: 'denied', error: denied(error) }
      : null;
  }
}

function denied(cause: Error): ClusterError {
  return new ClusterError('NOT_ALLOWED', `The server of NATS does not allow it: ${cause.message}.`, {
    cause,
  });
}

function clientOptions(
  { address, name = 'saccade', timeoutMs = 10_000, tls }: NatsConnectionOptions,
  { transport }: NatsModules,
): NodeConnectionOptions {
  const { user, password, token, creds } = address.credentials;
  return {
    servers: [...address.servers],
    name,
    timeout: timeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    reconnectJitterTLS: RECONNECT_JITTER_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    // A password that was changed may be changed back; while a service restarts, its users may not be known yet.
    ignoreAuthErrorAbort: true,
    ...(address.tls && { tls: tlsOptions(address, tls) }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { pass: password }),
    ...(token !== undefined && { token }),
    ...(creds !== undefined && {
      authenticator: transport.credsAuthenticator(new TextEncoder().encode(creds)),
    }),
  };
}

/** What the client hands on to Node, too. */
function tlsOptions(
  { servers }: NatsAddress,
  files: NatsConnectionOptions['tls'],
): NonNullable<NodeConnectionOptions['tls']> {
  const options = { ...files, checkServerIdentity: identityCheck(servers) };
  return options;
}

function connectFailure(error: unknown, { servers }: NatsAddress, modules: NatsModules): unknown {
  const where = servers.join(', ');
  if (isRefusal(error, modules)) return refusedAt(where, error as Error);
  const { message } = error as Error;
  const todo = /certificate|issuer/i.test(message)
    ? ' Name the authority that the server has its certificate from (--nats-ca), and the host as the certificate does.'
    : '';
  return new ClusterError('UNREACHABLE', `No server of NATS answers at ${where}: ${message}.${todo}`, {
    cause: error,
  });
}

function isRefusal(error: unknown, { transport }: NatsModules): boolean {
  return (
    error instanceof transport.AuthorizationError || error instanceof transport.UserAuthenticationExpiredError
  );
}

function refusedAt(where: string, cause: Error): ClusterError {
  return new ClusterError(
    'NOT_ALLOWED',
    `The server of NATS at ${where} does not let this user in: ${cause.message}. Give a credentials file, or set the variables of the environment.`,
    { cause },
  );
}

/** What keeps a server from being used, `null` if nothing does. */
export function unsuitable(version: string, hasJetStream: boolean): string | null {
  const parts = /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (parts === undefined) return `says that it is version "${version}", which is none.`;
  const at = parts.findIndex((part, i) => part !== OLDEST_SERVER[i]);
  if (at >= 0 && parts[at]! < OLDEST_SERVER[at]!)
    return `is NATS ${version}; it must be ${OLDEST_SERVER.join('.')} or later.`;
  return hasJetStream ? null : 'runs without JetStream: start it with -js.';
}
