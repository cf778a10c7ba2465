/** `saccade classify`. */
import process from 'node:process';
import { Command, Option } from 'commander';
import { from, lastValueFrom, tap } from 'rxjs';
import { openRecording } from '../../../datasets/index.ts';
import {
  createClassifierGraph,
  decodeEvents,
  sliceEvents,
  toFrames,
  type Decision,
} from '../../../operators/index.ts';
import type { DecodeReport } from '../../formats/index.ts';
import type { InferenceMode } from '../../inference/index.ts';
import { addEngineOptions, openEngine, type EngineFlags } from '../engine-options.ts';
import { loadModel } from '../load-model.ts';

interface ClassifyFlags extends EngineFlags {
  readonly model: string;
  readonly mode: InferenceMode;
  readonly format?: string;
  readonly everyStep?: boolean;
  readonly json?: boolean;
}

async function classify(file: string, flags: ClassifyFlags): Promise<void> {
  const model = await loadModel(flags.model);
  const entry = await openRecording(file);
  const { input, network } = model;
  const engine = await openEngine(model, flags);
  const graph = createClassifierGraph(engine, { mode: flags.mode });
  let report: DecodeReport | undefined;
  const decisions = from(entry.open()).pipe(
    decodeEvents({
      fileName: entry.id,
      geometry: input.sensor,
      ...(flags.format !== undefined && { format: flags.format }),
      convention: input.convention as 'canonical',
      onReport: (final) => (report = final),
    }),
    sliceEvents(input.binning, { remainder: 'pad-first' }),
    toFrames({ sensor: input.sensor, output: network.input, countType: 'uint8' }),
    graph.classify(),
    tap((decision) => {
      if (decision.final || flags.everyStep)
        process.stdout.write(`${flags.json ? jsonLine(decision) : textLine(decision)}\n`);
    }),
  );
  try {
    await lastValueFrom(decisions, { defaultValue: undefined });
  } finally {
    engine.dispose();
  }
  const lost = (report?.dropped['outside-sensor'] ?? 0) + (report?.truncatedBytes ?? 0);
  if (lost > 0) {
    process.stderr.write(
      `note: ${report!.dropped['outside-sensor']} events outside the sensor, ${report!.truncatedBytes} bytes cut at the end\n`,
    );
  }
}

function jsonLine({ accumulatedLogits, ...decision }: Decision): string {
  return JSON.stringify({ ...decision, logits: Array.from(accumulatedLogits) });
}

function textLine({
  window,
  step,
  steps,
  startMicros,
  endMicros,
  label,
  scores,
  classIndex,
  events,
  spikes,
}: Decision): string {
  const score = (100 * scores[classIndex]!).toFixed(1).padStart(5);
  return `window ${window} step ${step + 1}/${steps}  ${(startMicros / 1000).toFixed(1)}-${(endMicros / 1000).toFixed(1)} ms  ${label}  ${score} %  ${events} events  spikes ${spikes.join(' ')}`;
}

/** Registers `saccade classify`. */
export function classifyCommand(): Command {
  const command = new Command('classify')
    .summary('classify a recording')
    .description(
      "Classifies a recording with the model's own windows, one line per window. A recording shorter than a window is padded with empty steps.",
    )
    .argument('<file>', 'a recording, or archive.zip!member')
    .requiredOption('--model <file>', 'model file');
  return addEngineOptions(command)
    .addOption(
      new Option('--mode <mode>', 'exact (Eq. 7) or the literal Eq. 9')
        .choices(['exact', 'eq9'])
        .default('exact'),
    )
    .option('--format <id>', 'format, where content cannot tell')
    .option('--every-step', 'a line per time step')
    .option('--json', 'one JSON object per line')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade classify clip.bin --model models/nmnist.safetensors --every-step',
    )
    .action(classify);
}
