/** `saccade classify --listen`: decisions about what comes from the network, without a server. */
import process from 'node:process';
import type { InferenceEngine } from '../../inference/index.ts';
import {
  DEFAULT_LIMITS,
  LocalFeeds,
  SourceCamera,
  Turns,
  type DecisionMessage,
  type SourceAddress,
} from '../../live/index.ts';
import { Interrupted } from '../interrupted.ts';
import { interruptible } from '../interruptible.ts';
import { printable, printableText } from '../printable.ts';
import type { BoundFlags } from '../source-options.ts';
import { sourceLog, untilOver } from './source-watch.ts';

/** How a run goes. */
export interface ClassifySourceOptions extends BoundFlags {
  readonly insecure?: boolean;
  readonly json?: boolean;
  /** Called with every decision that is to be printed. */
  readonly onDecision: (decision: DecisionMessage) => void;
}

/** Classifies until the bounds are reached, or Ctrl-C; prints the account. @throws OptionError */
export async function classifySource(
  engine: InferenceEngine,
  address: SourceAddress,
  { onDecision, insecure = false, json = false, ...bounds }: ClassifySourceOptions,
): Promise<void> {
  const camera = await SourceCamera.open(
    address,
    {
      feeds: new LocalFeeds(engine, new Turns()),
      limits: DEFAULT_LIMITS,
      claim: () => Promise.resolve(true),
      onSegment: () => undefined,
      onDecision,
      onClose: () => undefined,
      log: sourceLog,
    },
    { insecure },
  );
  process.stderr.write(printableText(`${address.text}: port ${camera.port}\n`));
  try {
    await interruptible('Stopped.', (signal) =>
      untilOver(camera, bounds, { streams: () => camera.streamsOver, signal }),
    );
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    await camera.close();
  }
  const { events, decisions, dropped, notes } = camera.counts;
  for (const { recording, text } of notes)
    process.stderr.write(printableText(`note: ${recording === null ? '' : `${recording}: `}${text}\n`));
  if (json)
    process.stdout.write(
      `${JSON.stringify({ recording: address.text, summary: { events, decisions }, dropped })}\n`,
    );
  const lost = Object.entries(dropped).map(([reason, count]) => `, ${count} ${reason}`);
  process.stderr.write(printable(`${events} events, ${decisions} decisions${lost.join('')}`) + '\n');
}
