/** The options by which commands choose an engine. */
import { Option, type Command } from 'commander';
import { createEngine, type EngineOptions, type InferenceEngine } from '../inference/index.ts';
import type { Model, ModelInput } from '../network/index.ts';
import { declareEffects } from './option-effects.ts';
import { wholeNumber } from './options.ts';

/** Flags of {@link addEngineOptions}. */
export interface EngineFlags {
  readonly engine: NonNullable<EngineOptions['kind']>;
  readonly threads: number;
}

/** Adds `--engine` and `--threads`. */
export function addEngineOptions(command: Command): Command {
  declareEffects(command, {
    options: ['threads'],
    without: [{ option: 'engine', values: ['oracle'] }],
    because: 'it computes on one thread',
  });
  return command
    .addOption(
      new Option('--engine <kind>', 'what computes; all give the same integers')
        .choices(['auto', 'wasm', 'oracle'])
        .default('auto'),
    )
    .option('--threads <n>', 'worker threads of the engine', wholeNumber(1), 1);
}

/** The engine that the flags ask for. @throws InferenceError */
export async function openEngine<Input extends ModelInput>(
  model: Model<Input>,
  { engine, threads }: EngineFlags,
): Promise<InferenceEngine<Input>> {
  return createEngine(model, { kind: engine, threads });
}
