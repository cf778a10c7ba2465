/** Opens recordings of any size. */
import { createDecoder, type RandomAccessSource } from '../../formats/index.ts';
import { RecordingAccessError } from './errors.ts';
import { readBesideIndex } from './beside-index.ts';
import { fingerprintOf } from './fingerprint.ts';
import { decodingText, Recording, type RecordingDecoding } from './recording.ts';
import type { RecordingIndex } from './recording-index.ts';
import { readTableIndex } from './table-index.ts';

/** What {@link openRecording} may be told; the options of decoding are those of `createDecoder`. */
export interface OpenRecordingOptions extends RecordingDecoding {
  /** An index of the recording that was built before; see `decodeIndex`. */
  readonly index?: RecordingIndex;
  /**
   * Whether the format's own table (AEDAT 4 and DSEC have one) is used where no index is given. What it says of numbers and
   * times is believed unless what is read contradicts it. Default true.
   */
  readonly useTable?: boolean;
  /**
   * A table that another program wrote beside the recording: OpenEB's `<name>.raw.tmp_index` (EVT2, EVT2.1, EVT3). It must be of
   * this recording by size and header, and tell the time of its words; its numbers and times are believed as those of the format's own.
   */
  readonly tableBeside?: RandomAccessSource;
}

/**
 * Opens a recording at any place of which bytes can be read: a file (`fileSource` of `saccade/datasets`), a `Blob`
 * (`blobSource`), a host that answers ranges (`httpSource`). Nothing is decoded yet but, beside a format's own table, the first events.
 *
 * Formats whose decoders cannot go on in the middle (packed recordings, npz whose arrays are compressed, MAT) are decoded from
 * their start each time something of them is wanted; an index still tells duration, rate and whether a time is in them.
 *
 * Tables of formats that are used: AEDAT 4's of packets, DSEC's of milliseconds; OpenEB's of RAW files where it is given. What lies beside the events that are wanted is
 * read too and must be as the table says, so of times that go forwards a table that lies gives no other events, but an error.
 * Those of MCAP and ROS bags are not used: they state when messages were written, neither times nor numbers of their events.
 *
 * @throws RecordingAccessError `OTHER_RECORDING`, `OTHER_OPTIONS` where the index does not fit, `OTHER_RECORDING`, `BAD_INDEX` where
 * a table beside the recording does not; what the sources throw.
 *
 * @example
 * ```ts
 * import { batchFromTuples, blobSource, DatEncoder, openRecording } from 'saccade';
 * const file = new DatEncoder().push(batchFromTuples([[10, 1, 1, 1], [20, 5, 6, 0], [30, 6, 6, 1]], { width: 8, height: 8 }));
 * const recording = await openRecording(blobSource(new Blob([file as Uint8Array<ArrayBuffer>])));
 * for await (const { t } of recording.events(15, 30)) console.log(Array.from(t)); // [20]
 * console.log((await recording.summary()).durationMicros, await recording.at(21)); // 20 { t: 30, … }
 * ```
 */
export async function openRecording(
  source: RandomAccessSource,
  { index, useTable = true, tableBeside, ...decoding }: OpenRecordingOptions = {},
): Promise<Recording> {
  if (index !== undefined) {
    await checkIndex(index, source, decoding);
    return new Recording(source, decoding, index);
  }
  const request = {
    ...{ source, decoding, decodingText: decodingText(decoding) },
    createDecoder: () => createDecoder(decoding),
  };
  const beside = tableBeside === undefined ? null : await readBesideIndex(request, tableBeside);
  return new Recording(source, decoding, beside ?? (useTable ? await readTableIndex(request) : null));
}

/** @throws RecordingAccessError */
async function checkIndex(
  index: RecordingIndex,
  source: RandomAccessSource,
  decoding: RecordingDecoding,
): Promise<void> {
  const { bytes, crc32 } = index.file;
  if (bytes !== source.size)
    throw otherRecording(`the index is of one with ${bytes} bytes, this one has ${source.size}`);
  if ((await fingerprintOf(source)).crc32 !== crc32) throw otherRecording('samples of its bytes differ');
  const told = decodingText(decoding);
  if (index.decoding !== told) {
    throw new RecordingAccessError(
      'OTHER_OPTIONS',
      `The index was built with other options of decoding: ${index.decoding}, now ${told}. Build it again.`,
    );
  }
  if (decoding.format !== undefined && decoding.format !== index.format)
    throw new RecordingAccessError(
      'OTHER_OPTIONS',
      `The index is of ${index.format}, not ${decoding.format}.`,
    );
  if (decoding.policy === 'strict' && (index.report?.faultCount ?? 0) > 0) {
    throw new RecordingAccessError(
      'OTHER_OPTIONS',
      'The recording is damaged, and the index tells only how to go on behind the damage; the policy strict is to stop there.',
    );
  }
}

function otherRecording(problem: string): RecordingAccessError {
  return new RecordingAccessError(
    'OTHER_RECORDING',
    `The index is of another recording, or this one has changed: ${problem}. Build it again.`,
  );
}
