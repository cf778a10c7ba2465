/** `saccade worker --jobs`: runs the jobs of `saccade preprocess --queue`. */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import type { Command } from 'commander';
import { OptionError } from '../../events/index.ts';
import { isRefusal, parseShare, QueueWorker, type Share } from '../../preprocess/index.ts';
import { count } from '../decode-notes.ts';
import { interruptible } from '../interruptible.ts';
import { positiveNumber, wholeNumber } from '../options.ts';
import { packageVersion } from '../own-package.ts';
import { printable } from '../printable.ts';
import { addQueueOptions, openQueue, type QueueFlags } from '../queue-options.ts';
import type { WorkerRole } from './role.ts';

interface JobsFlags extends QueueFlags {
  readonly queue?: string;
  readonly share?: readonly string[];
  readonly workers?: number;
  readonly retry: number;
}

function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

async function run(flags: JobsFlags): Promise<void> {
  if (flags.queue === undefined) throw new OptionError('--queue', 'is needed with --jobs');
  if (flags.share === undefined)
    throw new OptionError('--share', 'is needed with --jobs: the folders that the worker may read and write');
  const shares: readonly Share[] = flags.share.map(parseShare);
  const slots = flags.workers ?? availableParallelism();
  const queue = await openQueue(flags.queue, flags);
  const worker = new QueueWorker({
    version: packageVersion(),
    shares,
    slots,
    onBegin: ({ id, delivery, group }, [first, ...others]) => {
      const more = others.length === 0 ? '' : ` and ${count(others.length)} more`;
      print(`begin ${id.slice(0, 12)} of ${group}, delivery ${delivery}: ${first}${more}`);
    },
    onDone: ({ id }, made, failed) => {
      print(`done ${id.slice(0, 12)}: ${count(made)} made, ${count(failed)} failed`);
    },
  });
  try {
    const running = await queue.work(worker.handle, {
      slots,
      retryMs: Math.round(1000 * flags.retry),
      isRefusal,
      onProblem: (problem) => process.stderr.write(`note: ${printable(problem)}\n`),
    });
    print(`Waiting for jobs, ${slots} at a time.`);
    await interruptible(
      'Ended.',
      async (signal) => {
        const ended = once(signal, 'abort');
        await Promise.race([ended, running.ended]);
        await running.stop();
      },
      'Finishing the jobs in hand.',
    );
  } finally {
    await worker.close();
    await queue.close();
  }
}

/** See the file comment. */
export const jobsRole: WorkerRole = {
  name: 'jobs',
  summary: 'run the jobs of `saccade preprocess --queue`',
  addOptions: (command: Command): void => {
    addQueueOptions(
      command.option(
        '--queue <url>',
        'nats://host:port or tls://host:port, several with commas between them',
      ),
    )
      .option(
        '--share <dir...>',
        'folders shared with submitters, the only ones that jobs may read and write; DIR=SUBMITTER_DIR where it has another name there',
      )
      .option('--workers <n>', 'jobs at a time, a thread each (default: one per core)', wholeNumber(1))
      .option(
        '--retry <s>',
        'a job that this worker cannot do goes back to the queue for so long',
        positiveNumber,
        5,
      );
  },
  run: async (flags) => run(flags as JobsFlags),
};
