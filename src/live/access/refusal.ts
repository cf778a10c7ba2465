/** Requests that are not let in. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** Why a request is not let in. */
export interface Refusal {
  /** Of the answer: its status and further headers. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log, never for who asked. */
  readonly reason: string;
}

/** There is no place now. */
export function unavailable(seconds: number, reason: string): Refusal {
  return { status: 503, headers: { 'Retry-After': String(seconds) }, reason };
}

/** Answers an upgrade that is refused, and ends its connection: after `patienceMs` also where nobody reads the answer. */
export function refuseUpgrade(socket: Socket, { status, headers = {} }: Refusal, patienceMs: number): void {
  const fields = { ...headers, Connection: 'close', 'Content-Length': '0' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const patience = setTimeout(() => socket.destroy(), patienceMs);
  socket.once('finish', () => socket.destroy());
  socket.once('close', () => {
    clearTimeout(patience);
  });
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n`);
}
