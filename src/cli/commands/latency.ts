/** `saccade latency`. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import {
  directTarget,
  latencyHtml,
  measureLatency,
  websocketTarget,
  type DelaySummary,
  type LatencyReport,
  type LatencySample,
  type LatencyTarget,
} from '../../latency/index.ts';
import { addEngineOptions, openEngine, type EngineFlags } from '../engine-options.ts';
import type { Model } from '../../network/index.ts';
import { addDecodingOptions, decodingFromFlags, type FormatFlags } from '../format-options.ts';
import { interruptible, orAborted } from '../interruptible.ts';
import { loadModel } from '../load-model.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { ownCommand } from '../own-package.ts';
import { withReplays } from '../recordings.ts';

interface LatencyFlags extends EngineFlags, FormatFlags {
  readonly model: string;
  readonly recording: readonly string[];
  readonly rate: number;
  readonly repeat: number;
  readonly warmup: number;
  readonly direct?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

const CSV_COLUMNS = [
  'recording',
  'window',
  'step',
  'final',
  'delayMs',
  'computeMs',
  'atSeconds',
  'confidence',
  'correct',
] as const;

function csv(samples: readonly LatencySample[]): string {
  const cell = (value: string | number | boolean | null): string =>
    typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value ?? '');
  const rows = samples.map((sample) => CSV_COLUMNS.map((column) => cell(sample[column])).join(','));
  return [CSV_COLUMNS.join(','), ...rows, ''].join('\n');
}

function line(name: string, { decisions, p50, p90, p99, p999, max }: DelaySummary): string {
  const cells = [p50, p90, p99, p999, max].map((value) => value.toFixed(2).padStart(9));
  return `${name.padEnd(16)}${String(decisions).padStart(7)}${cells.join('')}`;
}

function text({ final, everyStep, byStep, ...report }: LatencyReport, out: string): string {
  const share = (value: number | null): string =>
    value === null ? '   –' : `${(100 * value).toFixed(0).padStart(3)} %`;
  const dropped =
    Object.entries(report.dropped)
      .map(([reason, count]) => `${count} ${reason}`)
      .join(', ') || 'none';
  return [
    `${report.path}, ${report.rate}x open loop, ${report.recordings} recordings, ${report.seconds.toFixed(1)} s, ${Math.round(report.eventsPerSecond).toLocaleString('en')} events/s`,
    `ms                    n      p50      p90      p99    p99.9      max`,
    line('final decisions', final),
    line('every step', everyStep),
    `dropped: ${dropped}; sequence gaps: ${report.sequenceGaps}; generator late by ${report.sendDelayP99.toFixed(2)} ms (p99)`,
    `by step, accuracy   ${byStep.map(({ accuracy }) => share(accuracy)).join(' ')}`,
    `by step, confidence ${byStep.map(({ confidence }) => share(confidence)).join(' ')}`,
    `wrote ${path.join(out, 'latency.json')}, latency.csv, latency.html`,
    '',
  ].join('\n');
}

async function latency(flags: LatencyFlags): Promise<void> {
  await interruptible('Interrupted: no report was written.', async (signal) => {
    const model = await loadModel(flags.model);
    await withReplays(flags.recording, async ({ recordings }) => {
      // The end of this process is that of its server, should it still start.
      const { target, close } = await orAborted(openTarget(model, flags), signal);
      try {
        const measured = measureLatency({ ...flags, target, model, recordings });
        await writeReport(await orAborted(measured, signal), flags);
      } finally {
        await close();
      }
    });
  });
}

async function writeReport(
  { report, samples }: Awaited<ReturnType<typeof measureLatency>>,
  { out, json }: LatencyFlags,
): Promise<void> {
  await mkdir(out, { recursive: true });
  await Promise.all([
    writeFile(path.join(out, 'latency.json'), `${JSON.stringify(report, null, 2)}\n`),
    writeFile(path.join(out, 'latency.csv'), csv(samples)),
    writeFile(path.join(out, 'latency.html'), await latencyHtml(report, samples)),
  ]);
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : text(report, out));
}

/** The system that is measured, and how to end it. */
async function openTarget(
  model: Model,
  flags: LatencyFlags,
): Promise<{ target: LatencyTarget; close: () => Promise<void> }> {
  const decoding = decodingFromFlags(flags);
  if (flags.direct) {
    const engine = await openEngine(model, flags);
    const target = directTarget(engine, decoding);
    return {
      target,
      close: async () => {
        await target.close();
        engine.dispose();
      },
    };
  }
  const target = await websocketTarget({
    main: ownCommand(),
    modelFile: flags.model,
    decoding,
    serveOptions: [`--engine=${flags.engine}`, `--threads=${flags.threads}`],
  });
  return { target, close: () => target.close() };
}

/** Registers `saccade latency`. */
export function latencyCommand(): Command {
  const command = new Command('latency')
    .description(
      'Replays recordings open loop through a real WebSocket server (in its own process) and measures each decision from the due time of the last event of its time step. Writes JSON, CSV and an HTML report.',
    )
    .requiredOption('--model <file>', 'model file')
    .requiredOption(
      '--recording <path...>',
      'recordings, archive.zip!member, folders (subfolders are classes), archives, or "patterns*"',
    );
  return addDecodingOptions(addEngineOptions(command))
    .option('--rate <factor>', "speed, 1 is the recordings' own", positiveNumber, 1)
    .option('--repeat <n>', 'rounds', wholeNumber(1), 1)
    .option('--warmup <n>', 'recordings replayed first and left out', wholeNumber(0), 10)
    .option('--direct', 'without a network, in this process')
    .option('--out <dir>', 'folder of the report', 'latency')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade latency --model models/nmnist.safetensors --recording examples/recordings/nmnist\n  saccade latency --model models/nmnist.safetensors --recording examples/recordings/nmnist --direct --rate 4',
    )
    .action(latency);
}
