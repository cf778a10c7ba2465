/** `saccade latency`: the experiment and its files. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { OptionError, SaccadeError } from '../../events/index.ts';
import {
  conditionsOf,
  directTarget,
  latencyHtml,
  measureLatency,
  ownServerTarget,
  serverTarget,
  windowMsOf,
  withWindow,
  writeLatencyReport,
  type LatencyReport,
  type LatencyTarget,
  type RunSample,
  type Settings,
} from '../../latency/index.ts';
import { writeModel, type Model } from '../../network/index.ts';
import { clientToken } from '../access-options.ts';
import { openEngine, type EngineFlags } from '../engine-options.ts';
import { decodingFromFlags, type FormatFlags } from '../format-options.ts';
import { interruptible, orAborted } from '../interruptible.ts';
import { loadModel } from '../load-model.ts';
import { ownCommand, packageVersion } from '../own-package.ts';
import { startProgress } from '../progress.ts';
import { withReplays } from '../recordings.ts';
import { ingestUrl } from '../server-address.ts';
import { latencyCsv, latencyText, settingsText } from './latency-text.ts';
import type { SweepFlags } from './sweep-option.ts';

/** Flags of `saccade latency`. */
export interface LatencyFlags extends EngineFlags, FormatFlags {
  readonly model: string;
  readonly recording: readonly string[];
  readonly url?: string;
  readonly tokenFile?: string;
  readonly direct?: boolean;
  readonly rate: number;
  readonly cameras: number;
  readonly policy: Settings['policy'];
  readonly window?: number;
  readonly sweep?: SweepFlags;
  readonly repeat: number;
  readonly rounds: number;
  readonly warmup: number;
  readonly batch: number;
  readonly seed: number;
  readonly choice: number;
  readonly tolerance: number;
  readonly out: string;
  readonly json?: boolean;
}

/** @throws OptionError, RecordingError, SaccadeError where what was measured cannot stand; the report is written then. */
export async function runLatency(flags: LatencyFlags): Promise<void> {
  const url = flags.url === undefined ? null : ingestUrl(flags.url);
  const model = await loadModel(flags.model);
  const conditions = conditionsFromFlags(flags, model);
  const bytes = await readFile(flags.model);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'saccade-latency-'));
  try {
    await interruptible('Interrupted: no report was written.', async (signal) => {
      await withReplays(flags.recording, flags, async ({ recordings }) => {
        if (recordings.length === 0) throw new OptionError('recording', 'names no recordings');
        const progress = startProgress(
          '{bar} run {value} of {total}, {what}',
          conditions.length * flags.repeat,
          {
            what: '',
          },
        );
        const measured = measureLatency({
          model,
          modelSha256: createHash('sha256').update(bytes).digest('hex'),
          recordings,
          decoding: decodingFromFlags(flags),
          conditions,
          open: openerOf(flags, url, folder),
          saccade: packageVersion(),
          path: url !== null ? 'remote' : flags.direct ? 'direct' : 'own-server',
          url,
          engine: url === null ? flags.engine : null,
          repeats: flags.repeat,
          rounds: flags.rounds,
          warmup: flags.warmup,
          batchMs: flags.batch,
          seed: flags.seed,
          choiceShare: flags.choice,
          tolerance: flags.tolerance,
          signal,
          onRun: (done, _, settings) => {
            progress.update(done, { what: settingsText(settings) });
          },
        });
        try {
          // The end of this process is that of its server, should it still start.
          const { report, samples } = await orAborted(measured, signal);
          await writeReport(report, samples, flags);
          requireMeasured(report);
        } finally {
          progress.stop();
        }
      });
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws OptionError for settings that cannot be had together. */
function conditionsFromFlags(flags: LatencyFlags, model: Model): Settings[] {
  const { url, sweep = {}, window } = flags;
  if (flags.engine === 'oracle' && sweep.threads !== undefined)
    throw new OptionError('engine', 'oracle computes on one thread: --sweep cannot vary it');
  if (url !== undefined && (sweep.threads ?? sweep.window) !== undefined)
    throw new OptionError('url', 'names a server that has its own threads and window: they cannot be varied');
  const windowMs: readonly (number | null)[] = sweep.window ?? [window ?? windowMsOf(model)];
  for (const value of windowMs) withWindow(model, value);
  return conditionsOf({
    rate: sweep.rate ?? [flags.rate],
    cameras: sweep.cameras ?? [flags.cameras],
    policy: sweep.policy ?? [flags.policy],
    threads: url === undefined ? (sweep.threads ?? [flags.threads]) : [null],
    windowMs,
  });
}

/** Opens the system that is measured. */
function openerOf(
  flags: LatencyFlags,
  url: string | null,
  folder: string,
): (settings: Settings, model: Model) => Promise<LatencyTarget> {
  const decoding = decodingFromFlags(flags);
  return async (settings, model) => {
    if (url !== null) return serverTarget({ url, token: await clientToken(flags.tokenFile), decoding });
    const threads = settings.threads ?? 1;
    if (flags.direct) {
      const engine = await openEngine(model, { engine: flags.engine, threads });
      return directTarget(engine, decoding, () => {
        engine.dispose();
      });
    }
    const modelFile = path.join(folder, `window-${settings.windowMs ?? 'own'}.safetensors`);
    await writeFile(modelFile, writeModel(model));
    return ownServerTarget({
      main: ownCommand(),
      modelFile,
      decoding,
      serveOptions: [
        `--engine=${flags.engine}`,
        ...(flags.engine === 'oracle' ? [] : [`--threads=${threads}`]),
      ],
    });
  };
}

async function writeReport(
  report: LatencyReport,
  samples: readonly RunSample[],
  { out, json }: LatencyFlags,
): Promise<void> {
  await mkdir(out, { recursive: true });
  await Promise.all([
    writeFile(path.join(out, 'latency.json'), writeLatencyReport(report)),
    writeFile(path.join(out, 'latency.csv'), latencyCsv(samples)),
    writeFile(path.join(out, 'latency.html'), latencyHtml(report)),
  ]);
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : latencyText(report, out));
}

/** @throws SaccadeError `DELAY_OUT_OF_RANGE`, `NOTHING_MEASURED` */
function requireMeasured({ conditions }: LatencyReport): void {
  const runs = conditions.flatMap((condition) =>
    condition.runs.map((run) => ({ ...run, ...condition.settings })),
  );
  const outside = runs.reduce((sum, { everyStep }) => sum + everyStep.outOfRange, 0);
  if (outside > 0) {
    const problem = `${outside} delays are below 0 or longer than an hour and in no percentile: the report flatters. Lower the rate.`;
    throw new SaccadeError('DELAY_OUT_OF_RANGE', problem);
  }
  const empty = runs.filter(({ everyStep }) => everyStep.summary.decisions === 0);
  if (empty.length === 0) return;
  const problem = `nothing was decided in ${empty.length} of ${runs.length} runs (${settingsText(empty[0]!)}): recordings shorter than a window, or everything was dropped.`;
  throw new SaccadeError('NOTHING_MEASURED', problem);
}
