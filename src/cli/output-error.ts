/** What keeps an output from being written. */
import { SaccadeError } from '../events/index.ts';

/** The output cannot be written, whatever the input is. */
export class OutputError extends SaccadeError {
  override readonly name = 'OutputError';
}
