/** `saccade convert`. */
import { Command } from 'commander';
import { runConversion, runConversions, type ConvertFlags } from '../conversions.ts';
import { addFilterOption, addHeldOption } from '../filter-options.ts';
import { addDecodingOptions, addEncodingOptions } from '../format-options.ts';
import { declareEffects } from '../option-effects.ts';
import { wholeNumber } from '../options.ts';

/** Adds the options that `convert` and `cut` share. */
export function addConversionOptions(command: Command): Command {
  declareEffects(
    command,
    { options: ['maxHeldEvents'], with: [{ option: 'filter' }] },
    { options: ['sortMemory'], with: [{ option: 'sort' }] },
  );
  const filtered = addFilterOption(
    addDecodingOptions(addEncodingOptions(command)),
    '; behind what cut keeps and --sort puts into order',
  );
  return addHeldOption(filtered)
    .option('--sort', 'put the events into order of time, in each time segment; equal times keep their order')
    .option(
      '--sort-memory <MiB>',
      'memory of --sort; more goes through a temporary file',
      wholeNumber(1),
      256,
    )
    .option('--rebase-time', 'subtract the time of the first event, in each time segment its own')
    .option(
      '--verify',
      "read the output back before it appears, with saccade's own reader, and compare every event; what other programs make of it is not seen so",
    )
    .option('--force', 'replace the output if it is there')
    .option('--json', 'print one JSON object a recording');
}

interface SeveralFlags extends ConvertFlags {
  readonly outDir?: string;
}

/** Registers `saccade convert`. */
export function convertCommand(): Command {
  const command = new Command('convert')
    .description(
      'Reads recordings and writes their pixel events in another format: same coordinates, polarities, times and order. Works in bounded memory, leaves no half-written file, and says what the output does not hold. Several recordings go into a folder (--out-dir, or an output that ends with /), each under its own name with the extension of the format; one that fails does not stop the others, and the exit code is 4 then.',
    )
    .usage('[options] <input...> <output>')
    .argument(
      '<paths...>',
      'inputs: recordings, archive.zip!member, folders, archives, "patterns*", or - for standard input. Then the output: a file whose extension names the format unless --to does, a folder/, or - for standard output',
    );
  return addConversionOptions(command)
    .option('--out-dir <folder>', 'folder of the outputs; all paths are inputs then')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade convert recording.aedat recording.dat\n  saccade convert Train.zip!Train/5/00001.bin five.aedat --format atis40 --to-chip dvs128 --verify\n  saccade convert long.aedat short.bin --rebase-time\n  saccade convert recordings/*.aedat converted/ --to dat\n  saccade convert - - --format aedat4 --to csv < in.aedat4 > out.csv\n  saccade convert unsorted.csv sorted.csv --sort',
    )
    .action((paths: readonly string[], { outDir, ...flags }: SeveralFlags) => {
      if (outDir !== undefined) return runConversions(paths, `${outDir}/`, flags);
      const output = paths.at(-1)!;
      if (paths.length < 2) command.error(`error: name the output too, behind ${output}`);
      const inputs = paths.slice(0, -1);
      return /[/\\]$/.test(output)
        ? runConversions(inputs, output, flags)
        : runConversion(inputs, output, flags, { keepFormat: false });
    });
}
