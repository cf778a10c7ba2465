/** The queue of jobs that submitters and workers share. */
import type { Command } from 'commander';
import { NatsJobQueue } from '../cluster/index.ts';
import { openNats, type NatsFlags } from './nats-options.ts';
import { positiveNumber, wholeNumber } from './options.ts';

/** What {@link addQueueOptions} parses, beside `--queue`. */
export interface QueueFlags extends NatsFlags {
  readonly queueName: string;
  readonly queueReplicas: number;
  readonly ackWait: number;
}

/** Adds all but `--queue` itself and what is said of NATS. */
export function addQueueOptions(command: Command): Command {
  return command
    .option('--queue-name <name>', 'keeps queues on one server apart', 'prep')
    .option(
      '--queue-replicas <n>',
      'servers that keep each job, where they are several; the first to open a queue decides',
      wholeNumber(1, 5),
      1,
    )
    .option(
      '--ack-wait <s>',
      'a worker that says nothing for so long loses its job to another; the first to open a queue decides',
      positiveNumber,
      30,
    );
}

/** @throws OptionError; ClusterError */
export async function openQueue(url: string, flags: QueueFlags): Promise<NatsJobQueue> {
  const connection = await openNats('--queue', url, flags);
  try {
    return await NatsJobQueue.open(connection, {
      prefix: flags.queueName,
      replicas: flags.queueReplicas,
      ackWaitMs: Math.round(1000 * flags.ackWait),
    });
  } catch (error) {
    await connection.close();
    throw error;
  }
}
