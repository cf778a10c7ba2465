/** Certificates and users of NATS, made for a test. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { temporaryFolder } from './temporary-folder.ts';

/** Files of PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of its own; `issue` makes certificates, for 127.0.0.1 if nothing else is said. */
export function makeAuthority(): {
  readonly ca: string;
  issue(name: string, alternatives?: string): Certificate;
} {
  const folder = temporaryFolder();
  const at = (file: string): string => path.join(folder, file);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { stdio: 'ignore' });
  };
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...fresh, '-subj', '/CN=authority', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  return {
    ca: at('ca.pem'),
    issue: (name, alternatives = 'IP:127.0.0.1') => {
      const [cert, key, request, extensions] = ['pem', 'key', 'csr', 'ext'].map((end) =>
        at(`${name}.${end}`),
      );
      writeFileSync(extensions!, `subjectAltName=${alternatives}\n`);
      openssl('req', ...fresh, '-subj', `/CN=${name}`, '-keyout', key!, '-out', request!);
      const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'];
      openssl('x509', '-req', '-in', request!, ...by, '-extfile', extensions!, '-out', cert!);
      return { cert: cert!, key: key! };
    },
  };
}

/** The account of the server itself keeps nothing. */
const NO_STORAGE = { mem_storage: 0, disk_storage: 0, streams: 0, consumer: 0 };

/** A server's configuration that knows one user by a JWT, and the user's `.creds` file. */
export function makeJwtUser(): { readonly config: string; readonly creds: string } {
  const [operator, account, user] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createUser()];
  const system = nkeys.createAccount();
  const operatorJwt = signed(operator, operator, 'operator', { system_account: system.getPublicKey() });
  const unlimited = { subs: -1, data: -1, payload: -1 };
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const limits = { ...unlimited, ...storage, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const accounts = [
    [system, signed(operator, system, 'account', { limits: { ...limits, ...NO_STORAGE } })],
    [account, signed(operator, account, 'account', { limits })],
  ] as const;
  const userJwt = signed(account, user, 'user', { ...unlimited, pub: {}, sub: {} });
  const folder = temporaryFolder();
  const [config, creds] = [path.join(folder, 'nats.conf'), path.join(folder, 'user.creds')];
  const preload = accounts.map(([pair, jwt]) => `${pair.getPublicKey()}: ${jwt}`).join(', ');
  writeFileSync(config, `operator: ${operatorJwt}\nresolver: MEMORY\nresolver_preload: { ${preload} }\n`);
  const seed = new TextDecoder().decode(user.getSeed());
  const part = (kind: string, text: string): string =>
    `-----BEGIN ${kind}-----\n${text}\n------END ${kind}------\n\n`;
  writeFileSync(creds, part('NATS USER JWT', userJwt) + part('USER NKEY SEED', seed));
  return { config, creds };
}

function signed(by: nkeys.KeyPair, of: nkeys.KeyPair, type: string, rights: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    jti: 'x',
    iat: Math.floor(Date.now() / 1000),
    iss: by.getPublicKey(),
    name: type,
    sub: of.getPublicKey(),
    nats: { ...rights, type, version: 2 },
  };
  const text = `${part({ typ: 'JWT', alg: 'ed25519-nkey' })}.${part(claims)}`;
  return `${text}.${Buffer.from(by.sign(Buffer.from(text))).toString('base64url')}`;
}
