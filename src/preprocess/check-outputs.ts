/** Whether an output folder still holds what its manifest says, byte for byte. Changes nothing. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { PreprocessError } from './errors.ts';
import { LOCK_NAME } from './folder-lock.ts';
import { hashFile } from './hash-file.ts';
import { JOURNAL } from './journal.ts';
import { filesOfManifest, MANIFEST, readManifest, type ListedFile, type ManifestFiles } from './manifest.ts';
import { filesBelow } from './write-whole.ts';

/** What was found. Paths are relative to the folder, in their order there. */
export interface OutputCheck {
  readonly folder: string;
  /** Files that the manifest names, and bytes that were read of them. */
  readonly files: number;
  readonly bytes: number;
  /** Recordings without output: they failed when the folder was made. */
  readonly failures: number;
  readonly missing: readonly string[];
  readonly changed: readonly { readonly path: string; readonly problem: string }[];
  /** Files that the manifest does not name. */
  readonly extra: readonly string[];
}

/** What a run keeps in its folder beside outputs. */
const OWN: readonly string[] = [MANIFEST, JOURNAL, LOCK_NAME];

/**
 * Checks an output folder, or all of those in a folder (what `--out` names).
 *
 * @param onFile told how many files are done, of how many.
 * @throws PreprocessError `NO_MANIFEST`, `BAD_MANIFEST`.
 */
export async function checkOutputs(
  root: string,
  onFile?: (done: number, total: number) => void,
): Promise<OutputCheck[]> {
  const folders: { readonly folder: string; readonly manifest: ManifestFiles }[] = [];
  for (const folder of await foldersOf(root)) folders.push({ folder, manifest: await readManifest(folder) });
  const total = folders.reduce((sum, { manifest }) => sum + filesOfManifest(manifest).length, 0);
  let done = 0;
  const checks: OutputCheck[] = [];
  for (const { folder, manifest } of folders)
    checks.push(await checkFolder(folder, manifest, () => onFile?.(++done, total)));
  return checks;
}

async function foldersOf(root: string): Promise<string[]> {
  if (isOutputFolder(root)) return [requireManifest(root)];
  const inside = existsSync(root) ? await readdir(root, { withFileTypes: true }) : [];
  const folders = inside
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(root, name))
    .filter(isOutputFolder)
    .sort();
  if (folders.length > 0) return folders.map(requireManifest);
  throw new PreprocessError(
    'NO_MANIFEST',
    `There is no ${MANIFEST} in ${root}, nor in a folder in it: nothing tells what it must hold.`,
  );
}

function isOutputFolder(folder: string): boolean {
  return [MANIFEST, JOURNAL].some((name) => existsSync(path.join(folder, name)));
}

function requireManifest(folder: string): string {
  if (existsSync(path.join(folder, MANIFEST))) return folder;
  throw new PreprocessError(
    'NO_MANIFEST',
    `${folder} was begun and never finished, so it has no ${MANIFEST}: run the same \`saccade preprocess\` again.`,
  );
}

async function checkFolder(
  folder: string,
  manifest: ManifestFiles,
  onFile: () => void,
): Promise<OutputCheck> {
  const missing: string[] = [];
  const changed: { path: string; problem: string }[] = [];
  const found = new Set((await filesBelow(folder)).filter((file) => !OWN.includes(file)));
  const listed = filesOfManifest(manifest);
  let bytes = 0;
  for (const file of listed) {
    // A folder may be called otherwise since.
    const name = file.path.slice(file.path.indexOf('/') + 1);
    if (!found.delete(name)) missing.push(name);
    else {
      const { read, problem } = await readFileOf(path.join(folder, name), file);
      bytes += read;
      if (problem !== null) changed.push({ path: name, problem });
    }
    onFile();
  }
  const failures = manifest.failures.length;
  return { folder, files: listed.length, bytes, failures, missing, changed, extra: [...found] };
}

/** Reads a file; `problem` says how it is another than was listed. */
async function readFileOf(
  location: string,
  listed: ListedFile,
): Promise<{ readonly read: number; readonly problem: string | null }> {
  try {
    const { bytes, sha256 } = await hashFile(location);
    if (bytes !== listed.bytes)
      return { read: bytes, problem: `has ${bytes} bytes, and must have ${listed.bytes}` };
    const isSame = sha256 === listed.sha256;
    return {
      read: bytes,
      problem: isSame ? null : `has the SHA-256 ${sha256}, and must have ${listed.sha256}`,
    };
  } catch (error) {
    return { read: 0, problem: `cannot be read: ${(error as Error).message}` };
  }
}
