/** Who was let in with which token: tokens may change while they are here. */
import type { WebSocket } from 'ws';
import { CLOSE_CODES } from '../protocol/index.ts';
import type { AccessControl, AccessKind, AccessToken } from './access.ts';

interface Badge {
  readonly kind: AccessKind;
  readonly token: AccessToken | null;
  /** Of a camera that has said it. */
  readonly camera: () => string;
}

/** Closes those whose token does not allow any more what they do. */
export class AdmittedClients {
  readonly #badges = new Map<WebSocket, Badge>();

  add(client: WebSocket, badge: Badge): void {
    this.#badges.set(client, badge);
    client.once('close', () => this.#badges.delete(client));
  }

  recheck(access: AccessControl): void {
    for (const [client, { kind, token, camera }] of this.#badges) {
      const now = currentToken(access, token);
      const name = camera();
      const allowed = access.allows(now, kind) && (name === '' || access.allowsCamera(now, name));
      if (allowed) continue;
      if (client.isPaused) client.resume();
      client.close(CLOSE_CODES.unauthorised, 'token withdrawn');
    }
  }
}

/** What a secret opens now. */
export function currentToken(access: AccessControl, token: AccessToken | null): AccessToken | null {
  return token && access.tokenOf(token.secret);
}
