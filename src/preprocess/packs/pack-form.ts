/** What gathers the files of jobs into those that a loader expects. */
import type { DatasetPart } from '../../../datasets/index.ts';
import type { JobOutput } from '../job-result.ts';

/** An output with what is known of its recording. */
export interface PackItem {
  readonly output: JobOutput;
  readonly id: string;
  readonly part: DatasetPart | null;
  readonly className: string;
  readonly label: number;
}

/** A pack that is to be made. */
export interface PlannedPack {
  /** Below the folder of outputs, with `/` between parts. */
  readonly name: string;
  /** At least one. */
  readonly items: readonly PackItem[];
}

/** 128 MiB: enough for sequential reads, and as many shards as loaders have workers. */
export const DEFAULT_PACK_BYTES: number = 2 ** 27;

/** What a pack may be. */
export interface PackLimits {
  /** Most bytes, unless one sample has more. */
  readonly packBytes: number;
}

/** See the file comment. Equal items give equal packs of equal bytes. */
export interface PackForm {
  /** Of the files of packs, with its dot. */
  readonly extension: string;
  /** Whether a file below the folder is one by its name. */
  readonly isPack: (name: string) => boolean;
  /** The name of a recording as it may stand in a pack. */
  readonly safeName?: (name: string) => string;
  /** @param items in the data set's order. */
  plan(items: readonly PackItem[], limits: PackLimits): PlannedPack[];
  /** All of an item that decides a pack's bytes, as JSON takes it. */
  describe(item: PackItem): unknown;
  /** Writes a pack. @param locate where an item's output lies, which must stay as it is. */
  write(
    file: string,
    items: readonly PackItem[],
    locate: (output: JobOutput) => string,
  ): Promise<{ readonly bytes: number; readonly sha256: string }>;
  /** Writes the outputs in a pack back to files of their own. @param outputs their paths, in the pack's order. */
  unpack(file: string, outputs: readonly string[], locate: (output: string) => string): Promise<void>;
}

/** Items by part, parts in the order in which they come; packs of each begin anew. */
export function byPart(items: readonly PackItem[]): Map<DatasetPart | null, PackItem[]> {
  const parts = new Map<DatasetPart | null, PackItem[]>();
  for (const item of items) {
    const own = parts.get(item.part) ?? [];
    own.push(item);
    parts.set(item.part, own);
  }
  return parts;
}
