/** Clips of epochs whose events are augmented: the recordings are read anew for each, with what is drawn for it. */
import { sampleName, type LabelledClips, type Sample } from '../../../datasets/index.ts';
import { drawFiltersOf, type EventAugmentation } from '../../filters/index.ts';
import type { LabelledClip } from '../../frames/index.ts';
import type { PartOfData } from '../prepare-data.ts';
import type { PartReader } from './parts.ts';

/** So many recordings are named. */
const LISTED = 3;

/** See the file comment. */
export class DrawnEpochs {
  readonly #reader: PartReader;
  readonly #part: PartOfData;
  readonly #augmentation: EventAugmentation;
  readonly #log: (line: string) => void;

  /**
   * @param part its samples are those that can be read.
   * @param log told what an epoch lacks.
   */
  constructor(
    reader: PartReader,
    part: PartOfData,
    augmentation: EventAugmentation,
    log: (line: string) => void,
  ) {
    this.#reader = reader;
    this.#part = part;
    this.#augmentation = augmentation;
    this.#log = log;
  }

  /** The same for the same epoch. */
  readonly samples = async (epoch: number): Promise<readonly LabelledClip[]> => {
    const read = await this.#reader.readDrawn(this.#part, (sample: Sample) =>
      drawFiltersOf(this.#augmentation, epoch, sampleName(sample)),
    );
    this.#tell(epoch, read);
    return read.clips;
  };

  #tell(epoch: number, { leftOut }: LabelledClips): void {
    if (leftOut.length === 0) return;
    const names = leftOut.slice(0, LISTED).map(({ id }) => id);
    const more = leftOut.length > LISTED ? ', …' : '';
    this.#log(
      `note: in epoch ${epoch + 1}, what was drawn for their events leaves no window of ${leftOut.length} of ${this.#part.samples.length} recordings (${names.join(', ')}${more})`,
    );
  }
}
