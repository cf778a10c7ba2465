/** Chosen files as recordings, one after the other; archives are opened on the way. */
import { streamChunks } from '../../../src/formats/stream-chunks.ts';
import type { Chosen, ChosenFile } from './chosen-files.ts';
import { zipMembers } from './zip-members.ts';

/** A recording to play, or why there is none. */
export type Candidate =
  | { readonly path: string; readonly open: () => AsyncIterable<Uint8Array> }
  | { readonly path: string; readonly problem: string };

const ZIP_MAGIC = [0x50, 0x4b, 0x03, 0x04];

/**
 * See the file comment. A member's path is `archive.zip/folder/name`.
 *
 * @param isWanted called with a path; others are passed over.
 */
export async function* candidatesOf(
  { files, problems }: Chosen,
  isWanted: (path: string) => boolean,
): AsyncGenerator<Candidate, void, undefined> {
  yield* problems.filter(({ path }) => isWanted(path));
  for (const chosen of files) {
    if (await isArchive(chosen)) {
      yield* membersOf(chosen, isWanted);
    } else if (isWanted(chosen.path)) {
      yield { path: chosen.path, open: () => streamChunks(chosen.file.stream()) };
    }
  }
}

/** NumPy archives are recordings; every other zip is an archive of some. */
async function isArchive({ path, file }: ChosenFile): Promise<boolean> {
  if (/\.npz$/i.test(path)) return false;
  // What cannot be read is told when it is played.
  const head = await file
    .slice(0, ZIP_MAGIC.length)
    .arrayBuffer()
    .catch(() => new ArrayBuffer(0));
  const bytes = new Uint8Array(head);
  return ZIP_MAGIC.every((byte, i) => bytes[i] === byte);
}

async function* membersOf(
  { path: archive, file }: ChosenFile,
  isWanted: (path: string) => boolean,
): AsyncGenerator<Candidate, void, undefined> {
  const pathOf = (member: string): string => (member === '' ? archive : `${archive}/${member}`);
  let members = 0;
  const isWantedMember = (member: string): boolean => {
    members++;
    return isWanted(pathOf(member));
  };
  for await (const member of zipMembers(streamChunks(file.stream()), isWantedMember)) {
    const path = pathOf(member.path);
    if ('problem' in member) yield { path, problem: member.problem };
    else if (/\.zip$/i.test(path))
      yield { path, problem: 'is an archive inside an archive; unpack it and open it by itself' };
    else yield { path, open: () => chunksIn(member.chunks) };
  }
  if (members === 0) yield { path: archive, problem: 'is an archive without files' };
}

async function* chunksIn(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks;
}

/** The class that a recording's folder names, if the model has it. */
export function labelOf(path: string, classes: readonly string[]): string | null {
  const folder = path.split('/').at(-2);
  return folder !== undefined && classes.includes(folder) ? folder : null;
}
