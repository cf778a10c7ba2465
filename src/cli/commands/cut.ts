/** `saccade cut`. */
import { Command } from 'commander';
import type { CountRange, CutOptions, Region, TimeRange } from '../../events/index.ts';
import { runConversion, type ConvertFlags } from '../conversions.ts';
import { declareEffects } from '../option-effects.ts';
import { countRange, region, timeRange, wholeNumber } from '../options.ts';
import { addConversionOptions } from './convert.ts';

interface CutFlags extends ConvertFlags {
  readonly time?: Omit<TimeRange, 'origin'>;
  readonly absolute?: boolean;
  readonly events?: CountRange;
  readonly region?: Region;
  readonly shift?: boolean;
  readonly segment?: number;
}

/** What the flags say to keep. */
function cutFromFlags({ time, absolute, events, region: rectangle, shift, segment }: CutFlags): CutOptions {
  return {
    ...(time && { time: { ...time, origin: absolute ? 'recording' : 'first-event' } }),
    ...(events && { count: events }),
    ...(rectangle && { region: rectangle }),
    ...(shift && { shift }),
    ...(segment !== undefined && { segment }),
  };
}

/** Registers `saccade cut`. */
export function cutCommand(): Command {
  const command = new Command('cut')
    .description(
      'Keeps the events that meet every condition, each judged on the whole recording, and writes them as `saccade convert` does; in the format of the input unless --to or the extension say otherwise. Ranges a..b begin at a and end before b; leave one out for the beginning or the end.',
    )
    .argument('<input>', 'a recording, archive.zip!member, or - for standard input')
    .argument('<output>', 'the file to write, or - for standard output')
    .option(
      '--time <a..b>',
      'time with unit us, ms or s since the first event: 0.5s..2s, 10..20ms',
      timeRange,
    )
    .option('--absolute', 'count --time as the recording does, not since its first event')
    .option('--events <a..b>', 'numbers of events, from 0: 0..10000', countRange)
    .option('--region <x,y,w,h>', 'a rectangle of pixels: its upper left corner and its size', region)
    .option('--shift', "make the region's corner the origin, and its size the sensor's")
    .option('--segment <n>', 'a time segment, from 0: a reset of the clock begins the next', wholeNumber(0));
  declareEffects(
    command,
    { options: ['absolute'], with: [{ option: 'time' }] },
    { options: ['shift'], with: [{ option: 'region' }] },
  );
  return addConversionOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  saccade cut recording.aedat second.aedat --time 1s..2s\n  saccade cut recording.aedat head.aedat --events ..10000\n  saccade cut recording.aedat late.aedat --time 90s.. --absolute\n  saccade cut recording.aedat corner.dat --region 0,0,32,32 --shift --rebase-time',
    )
    .action((input: string, output: string, flags: CutFlags) =>
      runConversion([input], output, flags, { keepFormat: true, cut: cutFromFlags(flags) }),
    );
}
