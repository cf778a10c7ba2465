/** `saccade latency`. What it needs is loaded when it runs. */
import { Command, Option } from 'commander';
import { OptionError } from '../../events/index.ts';
import { addEngineOptions } from '../engine-options.ts';
import { addDecodingOptions } from '../format-options.ts';
import type { CompareFlags } from '../latency/compare-latency.ts';
import type { LatencyFlags } from '../latency/run-latency.ts';
import { addSweepOption } from '../latency/sweep-option.ts';
import { declareEffects, givenOptions } from '../option-effects.ts';
import { positiveNumber, shareNumber, wholeNumber } from '../options.ts';

const EXAMPLES = `
A server elsewhere, or a gateway to a cluster, which speaks the same protocol, is measured with --url. Every run has a
server process of its own else. Delays are from when the last event of a time step was due, on a schedule that is fixed
before the first event leaves.

Examples:
  saccade latency --model models/nmnist.safetensors --recording examples/recordings/nmnist
  saccade latency --model models/nmnist.safetensors --recording examples/recordings/nmnist --sweep cameras=1,4,16 policy=pause,drop-oldest
  saccade latency --model model.safetensors --recording recordings --url wss://lab.example:8765 --token-file token
  saccade latency compare before/latency.json after/latency.json`;

/** Registers `saccade latency`. */
export function latencyCommand(): Command {
  const command = new Command('latency')
    .description(
      'Replays recordings open loop through a live server and measures each decision from when the last event of its time step was due. Writes JSON, CSV and an HTML report.',
    )
    .option('--model <file>', 'model file; with --url the one that the server runs')
    .option(
      '--recording <path...>',
      'recordings, archive.zip!member, folders (subfolders are classes), archives, or "patterns*"',
    );
  addDecodingOptions(addEngineOptions(command))
    .option('--url <address>', 'ws://host:port of a server that runs already')
    .option('--token-file <file>', "secret of a server that wants one; else the environment's SACCADE_TOKEN")
    .option('--direct', 'without a network, in this process')
    .option('--rate <factor>', "speed, 1 is the recordings' own", positiveNumber, 1)
    .option('--cameras <n>', 'cameras at a time, each sends all recordings', wholeNumber(1), 1)
    .addOption(
      new Option('--policy <name>', 'what cameras ask for where the server is slower')
        .choices(['pause', 'drop-oldest', 'drop-newest'])
        .default('pause'),
    )
    .option('--window <ms>', "duration of the model's window in place of its own", positiveNumber);
  declareEffects(
    command,
    {
      options: ['engine', 'threads', 'window', 'direct'],
      without: [{ option: 'url' }],
      because: 'the server that runs already has its own',
    },
    { options: ['tokenFile'], with: [{ option: 'url' }] },
  );
  return addSweepOption(command)
    .option('--repeat <n>', 'runs with each setting, in mixed order', wholeNumber(1), 3)
    .option('--rounds <n>', 'times that a run sends each recording', wholeNumber(1), 1)
    .option('--warmup <n>', 'recordings that each run sends first and counts apart', wholeNumber(0), 10)
    .option('--batch <ms>', 'stretch of recorded time in a message', positiveNumber, 1)
    .option(
      '--seed <n>',
      'of orders, and of the part on which the stopping rule is chosen',
      wholeNumber(0),
      1,
    )
    .option(
      '--choice <share>',
      'part of the recordings on which the stopping rule is chosen',
      shareNumber,
      0.5,
    )
    .option('--tolerance <share>', 'accuracy that the stopping rule may cost there', shareNumber, 0.01)
    .option('--out <dir>', 'folder of the report', 'latency')
    .option('--json', 'print the report as one JSON object')
    .addHelpText('after', EXAMPLES)
    .addCommand(compareCommand())
    .action(async (flags: Partial<LatencyFlags>) => {
      const [fixed] = givenOptions(command, Object.keys(flags.sweep ?? {}));
      if (fixed !== undefined)
        throw new OptionError(`--${fixed}`, 'is varied by --sweep: name all its values there');
      for (const [name, flag] of [
        ['model', '--model <file>'],
        ['recording', '--recording <path...>'],
      ] as const)
        // prettier-ignore
        if (flags[name] === undefined) command.error(`error: required option '${flag}' not specified`);
      const { runLatency } = await import('../latency/run-latency.ts');
      await runLatency(flags as LatencyFlags);
    });
}

function compareCommand(): Command {
  return new Command('compare')
    .description(
      'Compares two reports: differences with 95 % intervals, and what else is not the same. The exit code is 0 whatever differs, 5 where --max-slowdown is passed.',
    )
    .argument('<before>', 'latency.json')
    .argument('<after>', 'latency.json')
    .option(
      '--max-slowdown <percent>',
      'exit code 5 where a median or p99 of final decisions is surely slower by more than this',
      positiveNumber,
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExamples:\n  saccade latency compare before/latency.json after/latency.json')
    .action(async (before: string, after: string, _: CompareFlags, command: Command) => {
      const { compareLatency } = await import('../latency/compare-latency.ts');
      // `--json` is an option of both: wherever it stands, commander gives it to the outer one.
      await compareLatency(before, after, command.optsWithGlobals());
    });
}
