/** The parts of a split, read into clips. */
import { createHash } from 'node:crypto';
import {
  DEFAULT_MAX_CLIP_BYTES,
  holdOut,
  matchLabels,
  readLabelledClips,
  sampleNoun,
  type LabelledClipOptions,
  type LabelledClips,
  type Sample,
  type Split,
} from '../../../datasets/index.ts';
import { heldBytes, heldCounts } from '../../frames/index.ts';
import { clipNotes, loadClips } from '../load-clips.ts';
import { leftOutNotes, partOfData, type PartOfData, type PreparedData } from '../prepare-data.ts';

/** What is read. */
export interface TrainingParts {
  readonly train: PartOfData;
  readonly validation: PartOfData;
  readonly test: PartOfData;
  readonly notes: readonly string[];
}

/** @param wish see `holdOut`; `undefined` for no validation. */
export function partsOf(data: PreparedData, wish: number | string | undefined, seed: number): TrainingParts {
  const split = data.split!;
  const train = partOfData(data, 'train');
  const nothing: PartOfData = { samples: [], side: null };
  const test = split.test.length === 0 ? nothing : partOfData(data, 'test');
  if (wish === undefined) return { train, validation: nothing, test, notes: [] };
  const held = holdOut(data.dataset, split, wish, seed);
  return {
    train: { samples: held.train, side: train.side },
    // Of a split by time the later windows stay with the test.
    validation: { samples: held.validation, side: train.side },
    test,
    notes: held.notes,
  };
}

/** Reads parts one after another, in the memory that there is for all. */
export class PartReader {
  readonly #data: PreparedData;
  readonly #classes: readonly string[];
  readonly #log: (line: string) => void;
  #bytes = 0;

  /** @param classes the network's, whose labels clips get. */
  constructor(data: PreparedData, classes: readonly string[], log: (line: string) => void) {
    this.#data = data;
    this.#classes = classes;
    this.#log = log;
  }

  async read(name: string, { samples, side }: PartOfData): Promise<LabelledClips> {
    if (samples.length === 0) return { clips: [], recordings: [], leftOut: [] };
    const { dataset, clipOptions } = this.#data;
    const known = matchLabels(dataset, samples, this.#classes, 'the network', clipOptions.skipBad === true);
    const read = await loadClips(`reading ${name}`, { samples: known.samples, side }, this.#options);
    const noun = sampleNoun(dataset.definition);
    for (const note of [...leftOutNotes(known.leftOut, noun), ...clipNotes(read, side, noun)])
      this.#log(`${name}: ${note}`);
    this.#bytes += read.clips.reduce((bytes, { clip }) => bytes + heldBytes(clip), 0);
    return { ...read, leftOut: [...known.leftOut, ...read.leftOut] };
  }

  /**
   * Reads a part once more with filters of events in front of the rule's, in the memory that is left beside what was read; a
   * recording that gives no window then is left out.
   */
  async readDrawn(
    { samples, side }: PartOfData,
    filtersOf: LabelledClipOptions['filtersOf'],
  ): Promise<LabelledClips> {
    const known = matchLabels(this.#data.dataset, samples, this.#classes, 'the network');
    const drawn = { ...(side && { side }), ...(filtersOf && { filtersOf }), skipBad: 'empty' } as const;
    return readLabelledClips(known.samples, { ...this.#options, ...drawn });
  }

  get #options(): PreparedData['clipOptions'] {
    const { maxClipBytes = DEFAULT_MAX_CLIP_BYTES, ...options } = this.#data.clipOptions;
    return { ...options, maxClipBytes: maxClipBytes - this.#bytes };
  }
}

/**
 * Names what is trained on, clip by clip: files may be replaced, or left out as bad, between a run and the one that goes on.
 *
 * @param data names the list of recordings, and the way to frames.
 */
export function clipsDigest(data: string, parts: readonly Pick<LabelledClips, 'clips'>[]): string {
  const hash = createHash('sha256').update(data);
  for (const { clips } of parts) {
    hash.update(`${clips.length}`);
    for (const { clip, label } of clips) hash.update(`,${label}:`).update(heldCounts(clip));
  }
  return hash.digest('hex');
}

/** How many recordings or images (`noun`) each part has. */
export function partsText(
  { train, validation, test, trainShare }: Split,
  held: readonly Sample[],
  noun: string,
): string {
  const aside = held.length > 0 ? `, ${held.length} of them for validation` : '';
  if (trainShare !== null) return `${train.length} ${noun}s${aside}, each split by time`;
  const taken = new Set(held.map(({ id }) => id));
  const kept =
    validation.length > 0 && !validation.some(({ id }) => taken.has(id))
      ? `, ${validation.length} for validation (kept for evaluate --part validation)`
      : '';
  const own = train.filter(({ id }) => !taken.has(id)).length;
  const chosen = held.length > 0 ? `, ${held.length} for choosing the epoch` : '';
  return `${own} ${noun}s for training${chosen}, ${test.length} for testing${kept}`;
}
