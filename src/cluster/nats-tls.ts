/** Whether a server of NATS is the one that was asked for. */
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

/**
 * Compares a certificate with the servers' names. The client (3.4) names none to Node where a server is known by its IP address, and
 * Node takes `localhost` for its name then: here any of the addresses will do.
 *
 * @param servers `host:port` each.
 * @returns what Node asks for.
 */
export function identityCheck(
  servers: readonly string[],
): (host: string, certificate: PeerCertificate) => Error | undefined {
  const hosts = servers.map((server) => server.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));
  const addresses = hosts.filter((host) => isIP(host) !== 0);
  return (host, certificate) => {
    const isNamed = host !== 'localhost' || addresses.length === 0 || hosts.includes(host);
    const problems = [...(isNamed ? [host] : []), ...addresses].map((name) =>
      checkServerIdentity(name, certificate),
    );
    return problems.includes(undefined) ? undefined : problems[0];
  };
}
