/** `saccade stream --listen`: what camera software sends, handed on to a server elsewhere. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SensorGeometry } from '../../events/index.ts';
import type { SegmentInfo, SourceAddress } from '../../live/index.ts';
import type { EventBatch } from '../../events/index.ts';
import { Interrupted } from '../interrupted.ts';
import { interruptible } from '../interruptible.ts';
import { printable, printableText } from '../printable.ts';
import type { BoundFlags } from '../source-options.ts';
import { NetworkInput } from './network-input.ts';
import { sourceLog, untilOver } from './source-watch.ts';

/** Where events go. */
export interface SegmentSink {
  startSegment(segment: SegmentInfo): Promise<void>;
  sendEvents(batch: EventBatch): Promise<void>;
}

/** Hands on until the bounds are reached, or Ctrl-C. @throws OptionError, and what the sink throws. */
export async function streamSource(
  sink: SegmentSink,
  address: SourceAddress,
  bounds: BoundFlags & { readonly insecure?: boolean },
): Promise<void> {
  const input = await NetworkInput.open(address, { insecure: bounds.insecure ?? false, log: sourceLog });
  process.stderr.write(printableText(`${address.text}: port ${input.port}\n`));
  const work = handOn(input, sink, address.sensor);
  try {
    await interruptible('Stopped.', (signal) =>
      untilOver(input, bounds, { streams: () => input.streams, signal, work }),
    );
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    await input.close();
  }
  // What has come is still sent, unless the server does not take it.
  await Promise.race([work, sleep(30_000, undefined, { ref: false })]);
  const { dropped, notes } = input.account;
  for (const { text } of notes) process.stderr.write(printableText(`note: ${text}\n`));
  const lost = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  if (lost.length > 0) process.stderr.write(printable(`lost on the way here: ${lost.join(', ')}`) + '\n');
}

async function handOn(input: NetworkInput, sink: SegmentSink, sensor: SensorGeometry | null): Promise<void> {
  let name: string | null = null;
  for await (const item of input) {
    if (item.kind === 'begin') name = item.name;
    if (item.kind !== 'events') continue;
    if (name !== null) {
      // The sensor is known with the first events at the latest.
      const stated = item.batch.geometry ?? sensor;
      await sink.startSegment({ name, label: null, ...(stated && { sensor: stated }) });
      name = null;
    }
    await sink.sendEvents(item.batch);
  }
}
