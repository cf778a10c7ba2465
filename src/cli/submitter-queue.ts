/** The queue that `saccade preprocess` submits to, and what a person must know while it waits. */
import process from 'node:process';
import type { Command } from 'commander';
import type { PreprocessQueue } from '../preprocess/index.ts';
import { addNatsOptions } from './nats-options.ts';
import { declareEffects, optionsOf } from './option-effects.ts';
import { positiveNumber, wholeNumber } from './options.ts';
import { addQueueOptions, openQueue, type QueueFlags } from './queue-options.ts';

/** Without progress for so long it is looked whether somebody works. */
const LOOK_MS = 5000;

/** What {@link addSubmitterOptions} parses, beside `--queue`. */
export interface SubmitterFlags extends QueueFlags {
  readonly outstanding: number;
  readonly deliveries: number;
  readonly visibleWithin: number;
}

/** Adds `--queue` and what belongs to it. */
export function addSubmitterOptions(command: Command): void {
  declareEffects(command, {
    options: [
      ...optionsOf(addNatsOptions),
      ...optionsOf(addQueueOptions),
      ...['outstanding', 'deliveries', 'visibleWithin'],
    ],
    with: [{ option: 'queue' }],
  });
  addQueueOptions(
    addNatsOptions(command).option(
      '--queue <url>',
      'let `saccade worker --jobs` do it, through nats://host:port or tls://host:port (several with commas between them); workers must share data and output folder',
    ),
  )
    .option('--outstanding <n>', 'batches at the queue at a time', wholeNumber(1), 64)
    .option(
      '--deliveries <n>',
      'so many workers may die of a recording before it is given up',
      wholeNumber(1),
      5,
    )
    .option(
      '--visible-within <s>',
      'so long it may take until what a worker wrote is seen here: network file systems take their time',
      positiveNumber,
      60,
    );
}

/** An open queue. */
export interface SubmitterQueue {
  readonly options: PreprocessQueue;
  /** Something was done. */
  progress(): void;
  close(): Promise<void>;
}

/** @throws OptionError; ClusterError */
export async function openSubmitterQueue(url: string, flags: SubmitterFlags): Promise<SubmitterQueue> {
  const queue = await openQueue(url, flags);
  let isQuiet = false;
  let isSaid = false;
  const look = async (): Promise<void> => {
    const wasQuiet = isQuiet;
    isQuiet = true;
    if (!wasQuiet || isSaid) return;
    const { idle, inHand } = await queue.state();
    if (idle > 0 || inHand > 0) return;
    isSaid = true;
    process.stderr.write('note: no worker is at the queue; start some with `saccade worker --jobs`\n');
  };
  const timer = setInterval(() => {
    // A broker that is away is told of elsewhere.
    look().catch(() => undefined);
  }, LOOK_MS);
  return {
    options: {
      queue,
      outstanding: flags.outstanding,
      maxDeliveries: flags.deliveries,
      visibleWithinMs: 1000 * flags.visibleWithin,
    },
    progress: () => {
      isQuiet = false;
      isSaid = false;
    },
    close: async () => {
      clearInterval(timer);
      await queue.close();
    },
  };
}
