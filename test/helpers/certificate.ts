/** Certificates of our own making. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Files of a key and its certificate, PEM, and what is in them. */
export interface OwnCertificate {
  readonly keyFile: string;
  readonly certFile: string;
  readonly tls: { readonly key: string; readonly cert: string };
}

/** Makes one for a name; what was in the files is gone. */
export function ownCertificate(folder: string, name: string): OwnCertificate {
  const [keyFile, certFile] = ['key.pem', 'cert.pem'].map((file) => path.join(folder, file)) as [
    string,
    string,
  ];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`];
  execFileSync('openssl', [...request, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  const [key, cert] = [keyFile, certFile].map((file) => readFileSync(file, 'utf8')) as [string, string];
  return { keyFile, certFile, tls: { key, cert } };
}
