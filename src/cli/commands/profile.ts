/** `saccade profile`. */
import process from 'node:process';
import { Command } from 'commander';
import { profileClips } from '../../inference/index.ts';
import { addEngineOptions, openEngine, type EngineFlags } from '../engine-options.ts';
import { loadModel } from '../load-model.ts';
import { addModeOption, requireMode, type ModeFlags } from '../mode-option.ts';
import { readModelClips } from '../model-clips.ts';
import { wholeNumber } from '../options.ts';
import { profileText } from '../profile-text.ts';
import { addStreamOptions, streamFromFlags, type StreamFlags } from '../stream-options.ts';

interface ProfileFlags extends EngineFlags, ModeFlags, StreamFlags {
  readonly repeats: number;
  readonly json?: boolean;
}

async function profile(modelFile: string, files: readonly string[], flags: ProfileFlags): Promise<void> {
  const model = await loadModel(modelFile);
  requireMode(model, flags);
  const clips = await readModelClips(model, files, streamFromFlags(flags));
  const engine = await openEngine(model, flags);
  try {
    const { mode, repeats } = flags;
    const result = await profileClips(engine, clips, { mode, repeats });
    process.stdout.write(`${flags.json ? JSON.stringify(result) : profileText(result)}\n`);
  } finally {
    engine.dispose();
  }
}

/** Registers `saccade profile`. */
export function profileCommand(): Command {
  const command = new Command('profile')
    .description(
      'Exact synaptic operations per layer and time step, firing rates, memory, time per layer, and energy under published tables.',
    )
    .argument('<model>', 'model file')
    .argument('<files...>', 'recordings, or archive.zip!member; every window of each is a clip');
  return addModeOption(addStreamOptions(addEngineOptions(command)))
    .option('--repeats <n>', 'timed runs of each clip', wholeNumber(1), 5)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade profile models/nmnist.safetensors examples/recordings/nmnist/Test/7/00001.bin\n  saccade profile model.safetensors Test.zip!Test/7/00001.bin --mode eq9 --json',
    )
    .action(profile);
}
