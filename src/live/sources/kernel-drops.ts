/** Datagrams that Linux dropped at a socket because its buffer was full. */
import { readFile } from 'node:fs/promises';

/** Columns of `/proc/net/udp`. */
const LOCAL_ADDRESS = 1;
const DROPS = 12;

/** The count of a table in the form of `/proc/net/udp`: all sockets with a local port. */
export function dropsOf(table: string, port: number): number {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  let drops = 0;
  for (const line of table.split('\n').slice(1)) {
    const cells = line.trim().split(/\s+/);
    if (cells[LOCAL_ADDRESS]?.endsWith(`:${wanted}`) === true) drops += Number(cells[DROPS]) || 0;
  }
  return drops;
}

/** `null` where the system does not tell. */
export async function readKernelDrops(port: number, family: 'IPv4' | 'IPv6'): Promise<number | null> {
  try {
    const table = await readFile(family === 'IPv6' ? '/proc/net/udp6' : '/proc/net/udp', 'latin1');
    return dropsOf(table, port);
  } catch {
    return null;
  }
}
