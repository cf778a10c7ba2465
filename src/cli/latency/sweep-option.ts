/** `--sweep rate=1,2,4 cameras=1,16`. */
import { InvalidArgumentError, type Command } from 'commander';
import type { BufferPolicy } from '../../pipeline/index.ts';
import { positiveNumber, wholeNumber } from '../options.ts';

/** Values by setting. */
export interface SweepFlags {
  readonly rate?: readonly number[];
  readonly cameras?: readonly number[];
  readonly window?: readonly number[];
  readonly threads?: readonly number[];
  readonly policy?: readonly BufferPolicy[];
}

/** How a value is read. */
const PARSERS: {
  readonly [Name in keyof SweepFlags]-?: (text: string) => NonNullable<SweepFlags[Name]>[number];
} = {
  rate: positiveNumber,
  cameras: wholeNumber(1),
  window: positiveNumber,
  threads: wholeNumber(1),
  policy: (text) => {
    if (text === 'pause' || text === 'drop-oldest' || text === 'drop-newest') return text;
    throw new InvalidArgumentError('Expected pause, drop-oldest or drop-newest.');
  },
};

function sweep(text: string, previous: SweepFlags = {}): SweepFlags {
  const [name = '', values] = text.split('=');
  if (!Object.hasOwn(PARSERS, name) || values === undefined) {
    const known = Object.keys(PARSERS).join(', ');
    throw new InvalidArgumentError(`Expected name=value,value with a name of ${known}.`);
  }
  if (name in previous) throw new InvalidArgumentError(`${name} is there twice.`);
  const parsed = values.split(',').map((value) => PARSERS[name as keyof typeof PARSERS](value));
  if (new Set(parsed).size < parsed.length) throw new InvalidArgumentError(`${name} has a value twice.`);
  return { ...previous, [name]: parsed };
}

/** Adds `--sweep`. */
export function addSweepOption(command: Command): Command {
  return command.option(
    '--sweep <name=values...>',
    'measure all combinations of such settings: rate, cameras, window (ms), threads, policy; for example cameras=1,4,16',
    sweep,
  );
}
