/** Who may do what: secrets, and what each opens. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { OptionError } from '../../events/index.ts';

/** A secret and what it opens. */
export interface AccessToken {
  /** For logs: whose it is. */
  readonly name: string;
  /** At least 16 characters that nobody guesses, of those that a header can hold. */
  readonly secret: string;
  /** Names of cameras that may stream with it; `*` stands for any characters. Default: none. */
  readonly cameras?: readonly string[];
  /** Whether dashboards may watch with it, and have the model and the metrics. Default: no. */
  readonly view?: boolean;
  /** Whether it opens the metrics, and nothing else. Default: no. */
  readonly metrics?: boolean;
}

/** What a token is asked to open. */
export type AccessKind = 'stream' | 'view' | 'metrics';

const MIN_SECRET_LENGTH = 16;
const SECRET = /^[\x21-\x7e]+$/;

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * The tokens of a server. Without any, all is open; with one, nothing is without.
 *
 * @throws {@link OptionError} for secrets that are short, twice there, or cannot stand in a header.
 *
 * @example
 * ```ts
 * import { AccessControl } from 'saccade/live';
 * const access = new AccessControl([{ name: 'lab', secret: 'a-long-secret-of-the-lab', cameras: ['lab-*'] }]);
 * const token = access.tokenOf('a-long-secret-of-the-lab');
 * console.log(access.allows(token, 'stream'), access.allows(token, 'view')); // true false
 * console.log(access.allowsCamera(token, 'lab-3'), access.allowsCamera(token, 'roof')); // true false
 * ```
 */
export class AccessControl {
  readonly #tokens: readonly { readonly token: AccessToken; readonly digest: Buffer }[];

  constructor(tokens: readonly AccessToken[]) {
    for (const { name, secret } of tokens) {
      if (secret.length < MIN_SECRET_LENGTH)
        throw new OptionError(
          'tokens',
          `has a secret of less than ${MIN_SECRET_LENGTH} characters: "${name}"`,
        );
      if (!SECRET.test(secret))
        throw new OptionError('tokens', `has a secret with spaces or characters beyond ASCII: "${name}"`);
    }
    if (new Set(tokens.map(({ secret }) => secret)).size < tokens.length)
      throw new OptionError('tokens', 'has the same secret twice');
    this.#tokens = tokens.map((token) => ({ token, digest: digestOf(token.secret) }));
  }

  /** Whether nobody needs a token. */
  get isOpen(): boolean {
    return this.#tokens.length === 0;
  }

  /** The token of a secret. Takes as long whatever it is, but for how many tokens there are. */
  tokenOf(secret: string | null): AccessToken | null {
    const given = digestOf(secret ?? '');
    let found: AccessToken | null = null;
    for (const { token, digest } of this.#tokens) if (timingSafeEqual(given, digest)) found = token;
    return found;
  }

  allows(token: AccessToken | null, kind: AccessKind): boolean {
    if (this.isOpen) return true;
    if (kind === 'stream') return (token?.cameras ?? []).length > 0;
    return token?.view === true || (kind === 'metrics' && token?.metrics === true);
  }

  allowsCamera(token: AccessToken | null, camera: string): boolean {
    return this.isOpen || (token?.cameras ?? []).some((pattern) => matches(camera, pattern));
  }
}

/** Without a regular expression: names and patterns are long, and come from others. */
function matches(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return name === pattern;
  const last = rest.pop()!;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
