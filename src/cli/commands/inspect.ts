/** `saccade inspect`. */
import { createHash } from 'node:crypto';
import process from 'node:process';
import asciichart from 'asciichart';
import { Command, Option } from 'commander';
import { openRecording } from '../../../datasets/index.ts';
import { encodeCanonicalRecords, type EventBatch, type SensorGeometry } from '../../events/index.ts';
import {
  AEDAT2_CONVENTIONS,
  createDecoder,
  eventFormats,
  type Aedat2Chip,
  type Aedat2Convention,
  type DecodeReport,
  type DetectingDecoder,
} from '../../formats/index.ts';
import { geometry } from '../options.ts';
import { startProgress } from '../progress.ts';

interface InspectFlags {
  readonly format?: string;
  readonly chip?: Aedat2Chip;
  readonly convention?: Aedat2Convention;
  readonly geometry?: SensorGeometry;
  readonly json?: boolean;
  readonly digest?: boolean;
}

/** Columns of the rate plot. */
const PLOT_COLUMNS = 60;
/** Time resolution kept for the plot; doubled whenever the recording outgrows the bins. */
const MAX_BINS = 4 * PLOT_COLUMNS;

/** Events over time in bounded memory: bins double in width when they run out. */
class RateHistogram {
  #bins = new Float64Array(MAX_BINS);
  #binMicros = 1000;
  #origin: number | undefined;

  push({ t, length }: EventBatch): void {
    this.#origin ??= t[0];
    for (let i = 0; i < length; i++) {
      let bin = Math.floor((t[i]! - this.#origin!) / this.#binMicros);
      while (bin >= MAX_BINS) {
        this.#bins = this.#bins.map((_, k) => (this.#bins[2 * k] ?? 0) + (this.#bins[2 * k + 1] ?? 0));
        this.#binMicros *= 2;
        bin = Math.floor((t[i]! - this.#origin!) / this.#binMicros);
      }
      if (bin >= 0) this.#bins[bin]!++;
    }
  }

  /** Events per second in equal stretches of the recording. */
  rates(spanMicros: number): number[] {
    const used = Math.min(MAX_BINS, Math.floor(spanMicros / this.#binMicros) + 1);
    const perColumn = Math.max(1, Math.ceil(used / PLOT_COLUMNS));
    const seconds = (perColumn * this.#binMicros) / 1e6;
    return Array.from({ length: Math.ceil(used / perColumn) }, (_, column) => {
      const bins = this.#bins.subarray(column * perColumn, (column + 1) * perColumn);
      return bins.reduce((a, b) => a + b, 0) / seconds;
    });
  }
}

async function inspect(file: string, flags: InspectFlags): Promise<void> {
  const entry = await openRecording(file);
  const { json, digest, ...decoding } = flags;
  const decoder = createDecoder({ fileName: entry.id, ...decoding });
  const hash = digest ? createHash('sha256') : null;
  const rate = new RateHistogram();
  const take = (batch: EventBatch): void => {
    rate.push(batch);
    hash?.update(encodeCanonicalRecords(batch));
  };
  const bar = startProgress('{bar} {percentage} %', entry.bytes);
  try {
    for await (const chunk of entry.open()) {
      decoder.push(chunk).forEach(take);
      bar.update(decoder.report.bytes);
    }
    decoder.finish().forEach(take);
  } finally {
    bar.stop();
  }
  const sha256 = hash?.digest('hex') ?? null;
  process.stdout.write(json ? `${jsonText(decoder, sha256)}\n` : humanText(file, decoder, rate, sha256));
}

function jsonText({ geometry: sensor, report }: DetectingDecoder, sha256: string | null): string {
  const { variant, events, on, tFirst, tLast, backwardSteps, dropped, wraps, truncatedBytes, truncatedAt } =
    report;
  return JSON.stringify({
    format: variant,
    width: sensor?.width ?? 0,
    height: sensor?.height ?? 0,
    events,
    on,
    tFirst,
    tLast,
    backward: backwardSteps,
    ...(sha256 !== null && { sha256 }),
    dropped,
    wraps,
    truncatedBytes,
    truncatedAt,
  });
}

function problems({ dropped, wraps, backwardSteps, truncatedBytes, truncatedAt }: DecodeReport): string[] {
  const lines: string[] = [];
  if (dropped['not-a-pixel'] > 0)
    lines.push(`${dropped['not-a-pixel']} records are no pixel events (special, external, APS, IMU)`);
  if (dropped['outside-sensor'] > 0)
    lines.push(`${dropped['outside-sensor']} events lie outside the sensor and were left out`);
  if (wraps > 0) lines.push(`the counter wrapped ${wraps} times; times were unwrapped`);
  if (backwardSteps > 0) lines.push(`time goes back ${backwardSteps} times`);
  if (truncatedBytes > 0)
    lines.push(
      `the file is cut: ${truncatedBytes} bytes of an incomplete record at byte ${truncatedAt ?? 0}`,
    );
  return lines;
}

function humanText(
  file: string,
  decoder: DetectingDecoder,
  rate: RateHistogram,
  sha256: string | null,
): string {
  const { detection, geometry: sensor, report } = decoder;
  const { events, on, tFirst, tLast, bytes } = report;
  const count = (n: number): string => n.toLocaleString('en');
  const lines = [
    file,
    `  format    ${detection!.format.name} (${detection!.confidence}: ${detection!.reason})`,
    `  sensor    ${sensor ? `${sensor.width}x${sensor.height}` : 'not stated; check with --geometry'}`,
    `  size      ${count(bytes)} bytes, header ${count(report.headerBytes)}`,
    `  events    ${count(events)}${events > 0 ? `, ${((100 * on) / events).toFixed(1)} % ON` : ''}`,
  ];
  if (tFirst !== null && tLast !== null) {
    const seconds = (tLast - tFirst) / 1e6;
    lines.push(`  time      ${count(tFirst)} to ${count(tLast)} µs, ${seconds.toFixed(3)} s`);
    if (seconds > 0) lines.push(`  rate      ${count(Math.round(events / seconds))} events/s`);
  }
  if (sha256 !== null) lines.push(`  sha256    ${sha256}`);
  for (const problem of problems(report)) lines.push(`  note      ${problem}`);
  if (tFirst !== null && tLast !== null && tLast > tFirst) {
    const plot = asciichart.plot(rate.rates(tLast - tFirst), {
      height: 8,
      format: (x: number) => count(Math.round(x)).padStart(12),
    });
    lines.push('', `  events/s over ${((tLast - tFirst) / 1e6).toFixed(2)} s`, plot);
  }
  return `${lines.join('\n')}\n`;
}

/** Registers `saccade inspect`. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .summary('say what is in a recording')
    .description(
      'Reads a recording once, in bounded memory, and says what is in it and what is wrong with it.',
    )
    .argument('<file>', 'a recording, or archive.zip!member')
    .addOption(
      new Option('--format <id>', 'format, where content cannot tell').choices(
        eventFormats.map(({ id }) => id),
      ),
    )
    .addOption(
      new Option('--chip <name>', 'AEDAT 2.0: whose address words these are').choices([
        'dvs128',
        'davis240',
        'davis346',
      ]),
    )
    .addOption(
      new Option('--convention <name>', 'AEDAT 2.0: coordinates and polarity').choices(AEDAT2_CONVENTIONS),
    )
    .option('--geometry <WxH>', 'sensor size, where the format does not state it', geometry)
    .option('--json', 'print one JSON object')
    .option('--digest', 'add the SHA-256 of the canonical stream')
    .addHelpText(
      'after',
      '\nExamples:\n  saccade inspect recording.aedat\n  saccade inspect Train.zip!Train/5/00001.bin --geometry 34x34\n  saccade inspect recording.aedat --json --digest',
    )
    .action(inspect);
}
