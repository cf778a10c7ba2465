/** A pack as the journal and the manifest state it. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { integerBetween } from '../../network/integer-between.ts';
import type { PackForm, PackItem } from './pack-form.ts';

/** A pack that is on disk. */
export interface PackRecord {
  /** Relative to the output folder, as those of outputs. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Hash of all that decides its bytes: packs that would be made with another are made anew. */
  readonly key: string;
  /** Paths of the outputs in it, in their order. */
  readonly outputs: readonly string[];
}

const schema: v.GenericSchema<unknown, { pack: PackRecord }> = v.object({
  pack: v.object({
    path: v.string(),
    bytes: integerBetween(0),
    sha256: v.string(),
    key: v.string(),
    outputs: v.array(v.string()),
  }),
});

/** A line of the journal, `null` if it is none of a pack. */
export function parsePack(value: unknown): PackRecord | null {
  const found = v.safeParse(schema, value);
  return found.success ? found.output.pack : null;
}

/** See `PackRecord.key`. */
export function packKey(form: PackForm, items: readonly PackItem[]): string {
  return createHash('sha256')
    .update(JSON.stringify(items.map((item) => form.describe(item))))
    .digest('hex');
}
