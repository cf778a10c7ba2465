/** At the door: which requests are let in, and why others are not. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { AccessControl, AccessKind, AccessToken } from './access.ts';
import { isForeign, secretOf } from '../http/http-requests.ts';
import type { Refusal } from './refusal.ts';
import { RefusedAttempts } from './refused-attempts.ts';

/** Who was let in. */
export interface Admitted {
  /** `null` where all is open. */
  readonly token: AccessToken | null;
}

/** In which wrong tokens are counted. */
const WRONG_TOKENS_PER_MS = 60_000;

/** See {@link Admission}. */
export interface AdmissionOptions {
  readonly access: AccessControl;
  /** Names under which the server may be asked for, beside addresses and `localhost`. */
  readonly hosts: readonly string[];
  /** Of an address, in a minute. */
  readonly maxWrongTokens: number;
}

/**
 * Checks, in this order: under which name the server is asked for (a page of another site can have its own name lead
 * here, but cannot have the browser send another one), which page asks, and with which token.
 */
export class Admission {
  #access: AccessControl;
  readonly #hosts: ReadonlySet<string>;
  readonly #attempts: RefusedAttempts;

  constructor({ access, hosts, maxWrongTokens }: AdmissionOptions) {
    this.#access = access;
    this.#hosts = new Set(['localhost', ...hosts].map((host) => host.toLowerCase()));
    this.#attempts = new RefusedAttempts({ most: maxWrongTokens, perMs: WRONG_TOKENS_PER_MS });
  }

  /** Other tokens, for what comes from now on. */
  replaceAccess(access: AccessControl): void {
    this.#access = access;
  }

  /** For what needs no token: the page itself. */
  admitAnyone({ headers: { host, origin } }: IncomingMessage): Admitted | Refusal {
    if (!this.#isOurs(host)) return { status: 403, reason: `host ${host ?? 'missing'} is not allowed` };
    if (isForeign(origin, host)) return { status: 403, reason: `origin ${origin ?? ''} is foreign` };
    return { token: null };
  }

  /** For what a token opens. @param address of whoever asks: wrong tokens are counted by it. */
  admit(request: IncomingMessage, kind: AccessKind, address: string): Admitted | Refusal {
    const refusal = this.admitAnyone(request);
    if ('reason' in refusal || this.#access.isOpen) return refusal;
    const wait = this.#attempts.waitOf(address);
    if (wait > 0) {
      const headers = { 'Retry-After': String(Math.ceil(wait / 1000)) };
      return { status: 429, headers, reason: 'too many wrong tokens' };
    }
    const secret = secretOf(request.headers);
    const token = this.#access.tokenOf(secret);
    if (token !== null && this.#access.allows(token, kind)) return { token };
    this.#attempts.note(address);
    const headers = { 'WWW-Authenticate': 'Bearer' };
    if (token !== null) return { status: 403, reason: `token "${token.name}" does not allow to ${kind}` };
    return { status: 401, headers, reason: secret === null ? 'no token' : 'wrong token' };
  }

  #isOurs(host: string | undefined): boolean {
    const name = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(host ?? '');
    const plain = (name?.[1] ?? name?.[2] ?? '').toLowerCase();
    return isIP(plain) > 0 || this.#hosts.has(plain);
  }
}
