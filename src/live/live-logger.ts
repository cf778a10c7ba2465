import type { AccessToken } from './access/access.ts';

/** Where a server says what happens: a pino logger, or whatever takes the same. */
export interface LiveLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A line about a connection. */
export type ConnectionLog = (level: keyof LiveLogger, message: string, fields: object) => void;

/** Lines about a connection say from where it comes, and with whose token. */
export function connectionLog(
  logger: LiveLogger | undefined,
  address: string,
  token: AccessToken | null,
): ConnectionLog {
  const own = { address, ...(token && { token: token.name }) };
  return (level, message, fields) => logger?.[level]({ ...own, ...fields }, message);
}
