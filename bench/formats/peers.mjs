/**
 * Other programs in the race, where the environment names them: `PEER_EXPELLIARMUS="/opt/peers/expelliarmus"`.
 *
 * The protocol: called as `<command> <format> <file>`, `format` being saccade's id (`evt2`, `aedat4`, …), a peer reads
 * the file into memory, decodes it into memory a few times and prints a line for each time: events and the CPU
 * seconds of that decoding alone, `1000000 0.0123`. It ends with code 3 if it does not read the format.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const PREFIX = 'PEER_';
const NOT_READ = 3;

/** Name and command of each peer in the environment. */
export function peersOf(environment = process.env) {
  return Object.entries(environment)
    .filter(([key, command]) => key.startsWith(PREFIX) && command)
    .map(([key, command]) => ({ name: key.slice(PREFIX.length).toLowerCase(), command }));
}

/**
 * M events per CPU second: the median of what a peer printed. `null` if it does not read the format, or failed and was told.
 *
 * @returns also how many events it found: a peer that finds others decodes something else.
 */
export function ratePeer({ name, command }, format, file) {
  const { status, stdout, stderr, error } = spawnSync(command, [format, file], { encoding: 'utf8' });
  if (status === NOT_READ) return null;
  if (error !== undefined || status !== 0) {
    console.error(`${name} failed on ${format}, ${file}: ${error?.message ?? stderr}`);
    return null;
  }
  const runs = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  const rates = runs.map(([events, seconds]) => events / seconds / 1e6).sort((a, b) => a - b);
  return { events: runs[0][0], rate: rates[rates.length >> 1] };
}
