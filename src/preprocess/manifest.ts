/** The manifest of an output folder: what a complete run leaves beside its outputs. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import * as v from 'valibot';
import type { RecordingEntry } from '../../datasets/index.ts';
import { integerBetween } from '../network/integer-between.ts';
import { PreprocessError } from './errors.ts';
import type { JobResult } from './job-result.ts';
import type { PackRecord } from './packs/pack-record.ts';
import { parametersDigest, recordingOf, type CopiesOfRecordings } from './plan.ts';
import type { PreprocessSummary } from './summary.ts';
import { writeWhole } from './write-whole.ts';
import type { AnyParameters } from './image-parameters.ts';

/** Its name in the folder. */
export const MANIFEST = 'manifest.json';

/** What a manifest is made of. */
export interface ManifestContent {
  readonly parameters: AnyParameters;
  readonly version: string;
  readonly classes: readonly string[];
  readonly results: readonly JobResult[];
  /** Still there, of recordings that are gone. */
  readonly orphans: readonly JobResult[];
  /** Files that hold outputs. */
  readonly packs: readonly PackRecord[];
  readonly summary: Pick<PreprocessSummary, 'events' | 'losses' | 'notes' | 'failures' | 'strangers'>;
}

/** Writes the manifest of a complete run. */
export async function writeManifest(
  file: string,
  { parameters, version, classes, results, orphans, packs, summary }: ManifestContent,
): Promise<void> {
  const { events, losses, notes, failures, strangers } = summary;
  const manifest = {
    tool: 'saccade',
    version,
    parameters,
    parametersSha256: parametersDigest(parameters),
    classes,
    recordings: new Set(results.map(({ target, drawn }) => recordingOf(target, drawn))).size,
    ...{ events, losses, notes },
    outputs: results.flatMap((result) =>
      result.outputs.map((output) => ({
        id: result.id,
        ...output,
        ...(result.drawn && { drawn: result.drawn }),
        source: result.source,
        losses: result.losses,
        version: result.version,
      })),
    ),
    packs: packs.map(({ path: name, bytes, sha256, outputs }) => ({ path: name, bytes, sha256, outputs })),
    failures,
    orphans: orphans.flatMap(({ outputs }) =>
      outputs.map(({ path: name, bytes, sha256 }) => ({ path: name, bytes, sha256 })),
    ),
    strangers,
  };
  await writeWhole(file, `${JSON.stringify(manifest, null, 1)}\n`);
}

/** A file, relative to the folder that holds the output folder. */
export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const listedFile = v.object({ path: v.string(), bytes: integerBetween(0), sha256: v.string() });
/** What a check needs of it. */
const manifestSchema = v.object({
  tool: v.literal('saccade'),
  version: v.string(),
  outputs: v.array(listedFile),
  packs: v.array(v.object({ ...listedFile.entries, outputs: v.array(v.string()) })),
  orphans: v.array(listedFile),
  failures: v.array(v.unknown()),
});

/** See {@link readManifest}. */
export interface ManifestFiles {
  readonly outputs: readonly ListedFile[];
  /** Files that hold outputs, named by their paths. */
  readonly packs: readonly (ListedFile & { readonly outputs: readonly string[] })[];
  /** Of recordings that are gone. */
  readonly orphans: readonly ListedFile[];
  /** Recordings without output. */
  readonly failures: readonly unknown[];
}

/** The files that must be there, sorted by path. */
export function filesOfManifest({ outputs, packs, orphans }: ManifestFiles): ListedFile[] {
  const packed = new Set(packs.flatMap((pack) => pack.outputs));
  const alone = outputs.filter((output) => !packed.has(output.path));
  return [...alone, ...packs, ...orphans].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** @throws PreprocessError `BAD_MANIFEST` */
export async function readManifest(folder: string): Promise<ManifestFiles> {
  const file = path.join(folder, MANIFEST);
  const { success, output, issues } = v.safeParse(
    manifestSchema,
    await manifestJson(file, () => readFile(file, 'utf8')),
  );
  if (success) return output;
  throw otherManifest(file, issues);
}

/** Other programs write manifests too. */
const ownSchema = v.object({ tool: v.literal('saccade') });
/** What of a manifest tells copies. */
const copiesSchema = v.object({
  parameters: v.looseObject({
    augmentation: v.optional(
      v.object({
        steps: v.array(v.array(v.object({ operation: v.string(), amount: v.number() }))),
        seed: integerBetween(0),
        copies: integerBetween(1),
      }),
    ),
  }),
});

/**
 * The augmented copies that a manifest, in a folder or an archive, says are beside it; `null` where there are none, or it is
 * another program's.
 *
 * @throws PreprocessError `BAD_MANIFEST` where it cannot be told.
 */
export async function copiesOfManifest(entry: RecordingEntry): Promise<CopiesOfRecordings | null> {
  const value = await manifestJson(entry.location, () => text(entry.open()));
  if (!v.is(ownSchema, value)) return null;
  const { success, output, issues } = v.safeParse(copiesSchema, value);
  if (success) return output.parameters.augmentation ?? null;
  throw otherManifest(entry.location, issues);
}

async function manifestJson(location: string, read: () => Promise<string>): Promise<unknown> {
  try {
    return JSON.parse(await read()) as unknown;
  } catch (cause) {
    throw new PreprocessError(
      'BAD_MANIFEST',
      `${location} cannot be read as JSON. Run the same \`saccade preprocess\` again, which writes it anew; if it is another program's, move it away.`,
      { cause },
    );
  }
}

function otherManifest(
  location: string,
  [issue]: readonly [v.BaseIssue<unknown>, ...unknown[]],
): PreprocessError {
  return new PreprocessError(
    'BAD_MANIFEST',
    `${location} is no manifest of this version of saccade: ${v.getDotPath(issue) ?? 'it'}: ${issue.message}.`,
  );
}
