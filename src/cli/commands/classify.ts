/** `saccade classify`. */
import process from 'node:process';
import { Command } from 'commander';
import type { RecordingEntry } from '../../../datasets/sources/source.ts';
import { OptionError } from '../../events/index.ts';
import { requireNetworkRepresentation, type FrameRule } from '../../frames/index.ts';
import type { InferenceEngine } from '../../inference/index.ts';
import type { SourceAddress } from '../../live/index.ts';
import type { Model } from '../../network/index.ts';
import { DecisionSession, lossesOf, noWindowText, type Decision } from '../../pipeline/index.ts';
import { addEngineOptions, openEngine, type EngineFlags } from '../engine-options.ts';
import { forEachRecording, withInputs, type Inputs } from '../inputs.ts';
import { loadModel } from '../load-model.ts';
import { addModeOption, requireMode, type ModeFlags } from '../mode-option.ts';
import { declareEffects, optionsOf } from '../option-effects.ts';
import { printable } from '../printable.ts';
import { writeNote, writeRecordingNotes } from '../recording-notes.ts';
import {
  addBoundOptions,
  addSourceOptions,
  oneSource,
  SOURCES,
  type BoundFlags,
  type SourceFlags,
} from '../source-options.ts';
import { addStreamOptions, streamFromFlags, type StreamFlags } from '../stream-options.ts';

interface ClassifyFlags extends EngineFlags, ModeFlags, StreamFlags, SourceFlags, BoundFlags {
  readonly model: string;
  readonly everyStep?: boolean;
  readonly json?: boolean;
}

async function classify(locations: readonly string[], flags: ClassifyFlags): Promise<void> {
  const source = await oneSource(flags);
  if (source !== null && locations.length > 0)
    throw new OptionError('--listen', 'and --connect are in place of recordings: name either');
  if (source === null && locations.length === 0)
    throw new OptionError('files', 'are needed: recordings, - for standard input, or --listen and --connect');
  const model = await loadModel(flags.model);
  requireMode(model, flags);
  if (source !== null) {
    await classifyNetwork(model, source, flags);
    return;
  }
  await withInputs(locations, flags, async (inputs) => {
    const engine = await openEngine(model, flags);
    try {
      await forEachRecording(toldApart(inputs), {
        json: flags.json ?? false,
        run: (recording) => classifyOne(engine, recording, flags, inputs.several),
      });
    } finally {
      engine.dispose();
    }
  });
}

/** @throws RepresentationError for a representation whose frames the network does not take. */
function withRule(model: Model, rule: Partial<FrameRule>): Model {
  const { representation } = { ...model.input, ...rule };
  requireNetworkRepresentation(representation, model.network.input.maxCount);
  return { ...model, input: { ...model.input, ...rule, sensor: model.input.sensor } };
}

async function classifyNetwork(model: Model, source: SourceAddress, flags: ClassifyFlags): Promise<void> {
  const { classifySource } = await import('../network/classify-source.ts');
  const engine = await openEngine(withRule(model, streamFromFlags(flags).rule), flags);
  try {
    await classifySource(engine, source, {
      ...flags,
      onDecision: ({ type: _, camera: __, segment, logits, ...decision }) => {
        if (!decision.final && !flags.everyStep) return;
        const recording = segment?.name ?? source.text;
        const line = flags.json
          ? JSON.stringify({ recording, ...decision, logits })
          : `${printable(recording)}  ${textLine(decision, flags)}`;
        process.stdout.write(`${line}\n`);
      },
    });
  } finally {
    engine.dispose();
  }
}

/** Recordings of one name, as each class may have a `1.bin`, are called by where they are. */
function toldApart({ recordings, several }: Inputs): Inputs {
  const counts = new Map<string, number>();
  for (const { id } of recordings) counts.set(id, (counts.get(id) ?? 0) + 1);
  const named = recordings.map((entry) =>
    counts.get(entry.id)! > 1 ? { ...entry, id: entry.location } : entry,
  );
  return { recordings: named, several };
}

async function classifyOne(
  engine: InferenceEngine,
  { id: name, open }: RecordingEntry,
  flags: ClassifyFlags,
  named: boolean,
): Promise<void> {
  const { decoding, ...settings } = streamFromFlags(flags);
  const session = new DecisionSession(engine, {
    mode: flags.mode,
    decoding: { fileName: name, ...decoding },
    ...settings,
  });
  try {
    for await (const decision of session.decisions(open())) {
      if (!decision.final && !flags.everyStep) continue;
      const prefix = named ? `${printable(name)}  ` : '';
      process.stdout.write(`${flags.json ? jsonLine(name, decision) : prefix + textLine(decision, flags)}\n`);
    }
    if (session.report.windows === 0) writeNote(name, noWindowText(session.report));
  } finally {
    session.dispose();
    const { report: stream, decodeReport: decode } = session;
    writeRecordingNotes(name, { decode, stream });
    if (flags.json)
      process.stdout.write(
        `${JSON.stringify({ recording: name, summary: stream, dropped: { ...decode?.dropped, ...lossesOf(stream) } })}\n`,
      );
  }
}

function jsonLine(recording: string, { accumulatedLogits, ...decision }: Decision): string {
  return JSON.stringify({ recording, ...decision, logits: Array.from(accumulatedLogits) });
}

function textLine(decision: Omit<Decision, 'accumulatedLogits'>, { everyStep }: ClassifyFlags): string {
  const { window, step, steps, label, scores, classIndex, spikes, endMicros } = decision;
  const [start, events, repeated = 0] = everyStep
    ? [decision.startMicros, decision.events]
    : [decision.windowStartMicros, decision.windowEvents, decision.windowRepeatedEvents];
  const again = repeated === 0 ? '' : ` (${repeated} were in a window before)`;
  const score = (100 * scores[classIndex]!).toFixed(1).padStart(5);
  const place = everyStep ? `window ${window} step ${step + 1}/${steps}` : `window ${window}`;
  return `${place}  ${(start / 1000).toFixed(1)}-${(endMicros / 1000).toFixed(1)} ms  ${label}  ${score} %  ${events} events${again}  spikes ${spikes.join(' ')}`;
}

/** Registers `saccade classify`. */
export function classifyCommand(): Command {
  const command = new Command('classify')
    .description(
      "Classifies recordings with the model's own windows, one line per window. A recording, or the part of one behind a reset of the clock, that is shorter than a window is padded with empty steps.",
    )
    .argument(
      '[files...]',
      'recordings, archive.zip!member, folders, archives, "patterns*", or - for standard input',
    )
    .requiredOption('--model <file>', 'model file');
  declareEffects(
    command,
    {
      options: optionsOf(addStreamOptions, 'filter', 'fit', 'representation'),
      without: SOURCES,
      because:
        'it is for recordings; what the decoder of a source is told stands behind the ? of its address',
    },
    {
      options: ['mode'],
      values: ['eq9'],
      without: SOURCES,
      because: 'what comes from sources is classified exactly',
    },
  );
  addSourceOptions(addBoundOptions(addStreamOptions(addEngineOptions(command))));
  return addModeOption(command)
    .option('--every-step', 'a line per time step')
    .option('--json', 'one JSON object per line; the last of a recording is its account')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade classify clip.bin --model models/nmnist.safetensors --every-step\n  saccade classify --listen tcp:9000/evt3 --model model.safetensors',
    )
    .action(classify);
}
