/** `saccade replay`. */
import process from 'node:process';
import { Command } from 'commander';
import {
  findTakes,
  replayTake,
  type DecisionMessage,
  type RecordedTake,
  type ReplayOutcome,
} from '../../live/index.ts';
import { addEngineOptions, openEngine, type EngineFlags } from '../engine-options.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { addFilterOption, type FilterFlags } from '../filter-options.ts';
import { printable } from '../printable.ts';
import { loadFilteredModel } from '../serve/filtered-model.ts';
import { sha256 } from '../sha256.ts';

interface ReplayFlags extends EngineFlags, FilterFlags {
  readonly model: string;
  readonly json?: boolean;
}

async function replay(folder: string, flags: ReplayFlags): Promise<void> {
  const takes = await findTakes(folder);
  const { model, modelFile } = await loadFilteredModel(flags.model, flags);
  const engine = await openEngine(model, flags);
  const digest = sha256(modelFile);
  try {
    for (const take of takes) {
      noteModel(take, digest);
      const outcome = await replayTake(take, {
        engine,
        onDecision: (decision) => {
          if (decision.final) print(flags.json ? JSON.stringify(decision) : decisionLine(decision));
        },
      });
      if (flags.json)
        print(JSON.stringify({ take: take.folder, ...outcome, different: outcome.different.length }));
      report(take, outcome);
      if (!isSame(outcome)) process.exitCode = EXIT_CODES.partial;
    }
  } finally {
    engine.dispose();
  }
}

/** Whether all that can be compared is the same, and there is something to compare. */
function isSame({ different, notReplayed, faults, same }: ReplayOutcome): boolean {
  return (
    different.length === 0 &&
    notReplayed === 0 &&
    faults.recorded === faults.replayed &&
    (same > 0 || faults.recorded !== null)
  );
}

function noteModel({ folder, take }: RecordedTake, digest: string): void {
  if (take.model.digest === null || take.model.digest === digest) return;
  note(
    `${folder}: the record was made with another model file (${take.model.digest.slice(0, 12)}…, this is ${digest.slice(0, 12)}…): other decisions are no wonder`,
  );
}

function report({ folder, take }: RecordedTake, outcome: ReplayOutcome): void {
  const {
    events,
    same,
    different,
    notReplayed,
    notRecorded,
    dropped,
    flushes,
    leftOut,
    missingParts,
    missingSize,
    skippedParts,
    skippedSize,
    firstSegmentIndex,
    unrepeatable,
    faults,
  } = outcome;
  const count = (n: number): string => n.toLocaleString('en');
  note(
    `${folder}: ${count(events)} events, ${count(same)} decisions the same, ${count(different.length)} others; silences ${count(flushes)}, time steps that the server had dropped ${count(dropped)}, events that it had left out ${count(leftOut)}`,
  );
  const [first] = different;
  if (first !== undefined) {
    const { recorded, replayed, fields } = first;
    note(
      `first difference: recording ${first.segmentIndex} window ${first.window} step ${first.step}, in ${fields.join(', ')}: ${recorded.label} [${recorded.logits.join(' ')}] recorded, ${replayed.label} [${replayed.logits.join(' ')}] now`,
    );
  }
  const unit = take.payload === 'raw' ? 'bytes' : 'events';
  const begin =
    firstSegmentIndex === null
      ? 'no recording has its beginning, so nothing was replayed'
      : `the first that was replayed is recording ${firstSegmentIndex}`;
  if (missingParts > 0)
    note(
      `${count(missingParts)} parts with ${count(missingSize)} ${unit} are not there (removed, or not finished); ${count(skippedParts)} more with ${count(skippedSize)} ${unit} were left out, as windows begin where their recording does; ${begin}`,
    );
  for (const why of unrepeatable) note(`not repeated: ${why}; what was decided behind it may differ`);
  if (notReplayed > 0)
    note(`${count(notReplayed)} decisions were not made again: their events are not in the record`);
  if (notRecorded > 0)
    note(`${count(notRecorded)} decisions have none to compare with: the server had not recorded them`);
  if (faults.recorded !== faults.replayed)
    note(
      `the stream ended with ${faults.recorded ?? 'no fault'} then, and with ${faults.replayed ?? 'no fault'} now`,
    );
}

function note(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function decisionLine({ camera, segment, window, label, scores, classIndex }: DecisionMessage): string {
  const score = `${(100 * scores[classIndex]!).toFixed(1)} %`;
  return printable(`${camera}  ${segment?.name ?? ''} window ${window}  →  ${label}  ${score}`);
}

/** Registers `saccade replay`. */
export function replayCommand(): Command {
  const command = new Command('replay')
    .description(
      'Makes the decisions of a record of `saccade serve --record` again and compares them bit for bit. The exit code is 4 where one differs, or cannot be made.',
    )
    .argument('<folder>', 'a record, or one take of it')
    .requiredOption('--model <file>', 'model file, the same that was served');
  return addFilterOption(addEngineOptions(command), ' (those that were served with)')
    .option('--json', 'one JSON object per line; the last of a take is its account')
    .addHelpText('after', '\nExamples:\n  saccade replay record --model models/nmnist.safetensors')
    .action(replay);
}
