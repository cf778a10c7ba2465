import { SaccadeError } from './errors.ts';

/**
 * Something is wrong with one recording of many. The message begins with its name; `code` is that of what is wrong,
 * which is the `cause`.
 *
 * @example
 * ```ts
 * import { RecordingError, SaccadeError } from 'saccade';
 * const error = new RecordingError('b/1.csv', new SaccadeError('EMPTY_FILE', 'The recording has no bytes.'));
 * console.log(error.code, error.message); // EMPTY_FILE b/1.csv: The recording has no bytes.
 * ```
 */
export class RecordingError extends SaccadeError {
  override readonly name = 'RecordingError';
  /** Id or path of the recording. */
  readonly recording: string;

  constructor(recording: string, cause: Error) {
    const { code = 'SYSTEM' } = cause as { readonly code?: string };
    // A place that only repeats the name is no news, nor is the code that a system's message begins with.
    const problem = cause.message.replace(` (${recording})`, '').replace(`${code}: `, '');
    super(code, `${recording}: ${problem}`, { cause });
    this.recording = recording;
  }
}

/**
 * Names the recording in whatever goes wrong with it: errors of saccade and of the system become a
 * {@link RecordingError}, once; faults of the program and aborts pass as they are.
 *
 * @throws RecordingError
 *
 * @example
 * ```ts
 * import { inRecording, OptionError } from 'saccade';
 * await inRecording('a.csv', async () => { throw new OptionError('geometry', 'is missing'); })
 *   .catch(({ recording }) => console.log(recording)); // a.csv
 * ```
 */
export async function inRecording<T>(recording: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw nameRecording(recording, error);
  }
}

/** The error with the name of its recording, where it is one about the recording; see {@link inRecording}. */
export function nameRecording(recording: string, error: unknown): unknown {
  if (error instanceof RecordingError) return error;
  const system = error instanceof Error && 'syscall' in error;
  return error instanceof SaccadeError || system ? new RecordingError(recording, error) : error;
}
