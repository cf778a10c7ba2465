/** What every form of outputs provides. A form is one file here and one line in `index.ts`. */
import type { DeflateOptions } from '../../formats/compression/deflate.ts';
import type { NamedArray } from '../../formats/npy/elements.ts';
import type { PackForm } from '../packs/pack-form.ts';

/** What becomes a file: a window of frames, or the events of a recording. */
export interface OutputSample {
  /** One array `frames`, `[steps, channels, height, width]`; or columns `t`, `x`, `y`, `p` of events. */
  readonly content: 'frames' | 'events';
  readonly arrays: readonly NamedArray[];
  /** What frames hold, as text (`representationText`); `null` for events. */
  readonly representation: string | null;
  /** How hard its numbers are worth compressing. */
  readonly deflating: DeflateOptions;
  /** The recording's id, its class's index and name. */
  readonly id: string;
  /** `null` where the form states none. */
  readonly label: number | null;
  readonly className: string;
  /** Number of the window in its recording. */
  readonly window: number;
}

/** How outputs are laid out on disk. */
export interface OutputForm {
  readonly name: string;
  /** For the help: who reads it. */
  readonly summary: string;
  /** Of the files that jobs write, with its dot. */
  readonly extension: string;
  /** Behind the name of the folder, so that forms lie side by side. */
  readonly folderSuffix: string;
  /** Whether files state their class by its index: they are wrong once classes are numbered otherwise. */
  readonly statesLabel: boolean;
  /** The file of a sample. Equal samples give equal bytes. */
  write(sample: OutputSample): Uint8Array;
  /** What is made of all files in the end, where the form is not a file a sample. */
  readonly pack?: PackForm;
}
