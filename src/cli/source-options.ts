/** Network sources on the command line: `--listen udp:8991/jaer`, `--connect tcp:HOST:PORT/dv`. */
import { Option, type Command } from 'commander';
import { OptionError } from '../events/index.ts';
import type { LiveServer, SourceAddress } from '../live/index.ts';
import { declareEffects, type Choice } from './option-effects.ts';
import { another, positiveNumber, wholeNumber } from './options.ts';
import { printable } from './printable.ts';

/** What {@link addSourceOptions} parses. */
export interface SourceFlags {
  readonly listen?: readonly string[];
  readonly connect?: readonly string[];
  readonly insecure?: boolean;
}

/** What {@link addBoundOptions} parses. */
export interface BoundFlags {
  readonly seconds?: number;
  readonly streams?: number;
}

/** What names a source. */
export const SOURCES: readonly Choice[] = [{ option: 'listen' }, { option: 'connect' }];

const HELP = `
Network sources (docs/cameras.md):
  --listen udp:PORT/form     datagrams: jaer, caer, spif (AEStream), faery
  --listen tcp:PORT/form     a sender that connects: jaer, caer, dv, evt2, evt21, evt3, aedat4, …
  --connect tcp:HOST:PORT/form
  options behind a ?, as in 'udp:8991/jaer?chip=davis346&camera=roof': camera, sensor=WxH, policy, convention,
  allow=ADDRESS (who may send, where others than this machine reach the port: udp:0.0.0.0:8991/jaer?allow=10.0.0.7),
  and those of the form`;

/** Adds `--listen` and `--connect`. */
export function addSourceOptions(command: Command): Command {
  return command
    .option('--listen <source>', 'events from the network: udp:PORT/form or tcp:PORT/form', another)
    .option('--connect <source>', 'events from a server of them: tcp:HOST:PORT/form', another)
    .addHelpText('after', HELP);
}

/** Adds `--insecure` for commands that have no other use for it, and the bounds of a run. */
export function addBoundOptions(command: Command): Command {
  declareEffects(command, { options: ['insecure', 'seconds', 'streams'], with: SOURCES });
  return command
    .addOption(new Option('--insecure', 'allow senders on other machines without ?allow='))
    .option('--seconds <s>', 'end after this', positiveNumber)
    .option(
      '--streams <n>',
      'end when so many connections, or senders of datagrams, are over',
      wholeNumber(1),
    );
}

/** The sources that the flags name. @throws OptionError */
export async function sourcesFromFlags({ listen = [], connect = [] }: SourceFlags): Promise<SourceAddress[]> {
  if (listen.length + connect.length === 0) return [];
  // Commands that can do without do not load it.
  const { parseSourceAddress } = await import('../live/index.ts');
  return [
    ...listen.map((text) => parseSourceAddress('listen', text, '--listen')),
    ...connect.map((text) => parseSourceAddress('connect', text, '--connect')),
  ];
}

/** The one source of a command that takes one, `null` for none. @throws OptionError for several. */
export async function oneSource(flags: SourceFlags): Promise<SourceAddress | null> {
  const [source, ...others] = await sourcesFromFlags(flags);
  if (others.length > 0)
    throw new OptionError('--listen', 'and --connect name several sources; this command takes one');
  return source ?? null;
}

/** The sources of a server, for people: a line each. */
export function sourcesText({ sources }: LiveServer): string {
  return sources
    .map(({ name, text, port }) => `\nSource: ${text}, port ${port}, camera ${printable(name)}`)
    .join('');
}

/** The same for programs; nothing where there are none. */
export function sourcesJson({ sources }: LiveServer): object {
  const list = sources.map(({ name, text, port }) => ({ camera: name, source: text, port }));
  return list.length === 0 ? {} : { sources: list };
}
