/** The server's log: a line of JSON an entry, as pino and Bunyan write them, so that their viewers read it. */
import os from 'node:os';
import process from 'node:process';
import { OptionError } from '../events/index.ts';
import type { LiveLogger } from '../live/server.ts';

/** Levels by name, with the numbers that those viewers know. */
const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60, silent: Infinity } as const;

/**
 * A log on standard error.
 *
 * @param least entries below it are left out; `silent` for none at all.
 * @throws OptionError for another name.
 */
export function jsonLog(
  least: string,
  write = (line: string): void => void process.stderr.write(line),
): LiveLogger {
  if (!Object.hasOwn(LEVELS, least)) {
    throw new OptionError('LOG_LEVEL', `must be one of ${Object.keys(LEVELS).join(', ')}, got ${least}`);
  }
  const { pid } = process;
  const hostname = os.hostname();
  const log =
    (level: number) =>
    (fields: object, msg: string): void => {
      if (level < LEVELS[least as keyof typeof LEVELS]) return;
      write(`${JSON.stringify({ level, time: Date.now(), pid, hostname, ...fields, msg }, errorsToo)}\n`);
    };
  return { info: log(LEVELS.info), warn: log(LEVELS.warn), error: log(LEVELS.error) };
}

/** JSON leaves out what an error says. */
function errorsToo(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name: type, message, stack } = value;
  return { type, message, stack, ...Object.fromEntries(Object.entries(value)) };
}
