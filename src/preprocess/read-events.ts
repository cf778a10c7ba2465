/** The events of a whole recording, as its frames would count them. */
import type { RecordingEntry, RecordingReport } from '../../datasets/index.ts';
import { openInTurn } from '../../datasets/sources/source.ts';
import { concatBatches, EventCutter, type EventBatch, type SensorGeometry } from '../events/index.ts';
import { createDecoder } from '../formats/index.ts';
import { FrameError } from '../frames/index.ts';
import { decodeBytes, EventStream, sortReading } from '../pipeline/index.ts';
import { PreprocessError } from './errors.ts';
import { ruleOf, type PreprocessJob, type PreprocessParameters } from './plan.ts';

/** Most events of a recording: some 3 GB in memory, twice. */
const MOST_EVENTS = 2 ** 27;

/** See {@link readEvents}. */
export interface RecordingEvents {
  readonly events: EventBatch;
  readonly geometry: SensorGeometry;
  readonly report: RecordingReport;
}

/**
 * Reads the events of a job's recording.
 *
 * @throws as decoding and fitting do; FrameError `EMPTY_RECORDING` where none is left, `UNSORTED` for clocks that are not strict;
 * PreprocessError `TOO_MANY_EVENTS`.
 */
export async function readEvents(
  job: PreprocessJob,
  entry: RecordingEntry,
  parameters: PreprocessParameters,
): Promise<RecordingEvents> {
  const { decoding, reading, output } = parameters;
  const { geometry } = job;
  const read = sortReading({ ...decoding, ...(geometry && { geometry }) });
  const decoder = createDecoder({ fileName: entry.id, ...read.decoding });
  const { strict = false, ...allowed } = reading;
  const stream = new EventStream({
    rule: { ...ruleOf(job, parameters), ...read.rule, countType: 'uint32' },
    ...(output && { output }),
    ...allowed,
  });
  const cutter = entry.clip && new EventCutter({ time: entry.clip });
  const kept: EventBatch[] = [];
  for await (const decoded of decodeBytes(openInTurn(entry), decoder)) {
    for (const batch of cutter?.push(decoded) ?? [decoded]) kept.push(...stream.push(batch));
    requireRoom(stream.report.binned);
  }
  kept.push(...stream.finish());
  const { outliers, restarts } = stream.report;
  if (strict && outliers + restarts > 0)
    throw new FrameError(
      'UNSORTED',
      -1,
      `${outliers} events have an absurd time, and time steps back by more than a window ${restarts} times. \`saccade convert --sort\` sorts events.`,
    );
  if (stream.geometry === null || kept.length === 0)
    throw new FrameError('EMPTY_RECORDING', -1, 'The recording has no events, or none that is left.');
  const report = { decode: decoder.report, stream: stream.report, stoppedEarly: false, clipMicros: null };
  return { events: concatBatches(kept), geometry: stream.geometry, report };
}

function requireRoom(events: number): void {
  if (events <= MOST_EVENTS) return;
  throw new PreprocessError(
    'TOO_MANY_EVENTS',
    `The recording has more than ${MOST_EVENTS} events, which are kept in memory: cut it with \`saccade cut\`.`,
  );
}
