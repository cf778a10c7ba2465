/** What the user handed to the page, as files with paths: from a file dialog, or dropped, folders included. */
import { compareNatural, isHidden } from '../../../datasets/sources/source.ts';

/** One file. */
export interface ChosenFile {
  /** With the folders that were handed over: `digits/7/00001.bin`. */
  readonly path: string;
  readonly file: File;
}

/** See the file comment. */
export interface Chosen {
  /** In natural order of their paths. */
  readonly files: readonly ChosenFile[];
  /** Files that systems leave in folders and archives, left out. */
  readonly hidden: number;
  /** Folders that could not be read. */
  readonly problems: readonly { readonly path: string; readonly problem: string }[];
}

/** What was chosen in a file dialog. */
export function fromInput(files: Iterable<File>): Chosen {
  const chosen = [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  return chosenOf(chosen, []);
}

/** What was dropped. The list of dropped things is read before the first wait: browsers empty it then. */
export async function fromDrop({ items }: DataTransfer): Promise<Chosen> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files: ChosenFile[] = [];
  const problems: { path: string; problem: string }[] = [];
  for (const entry of entries) await walk(entry, '', files, problems);
  return chosenOf(files, problems);
}

function chosenOf(found: readonly ChosenFile[], problems: Chosen['problems']): Chosen {
  // A file that was chosen by itself is meant, whatever its name.
  const files = found.filter(({ path }) => !path.includes('/') || !isHidden(path));
  return {
    files: files.sort((a, b) => compareNatural(a.path, b.path)),
    hidden: found.length - files.length,
    problems,
  };
}

async function walk(
  entry: FileSystemEntry,
  folder: string,
  files: ChosenFile[],
  problems: { path: string; problem: string }[],
): Promise<void> {
  const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
  try {
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => {
        (entry as FileSystemFileEntry).file(resolve, reject);
      });
      files.push({ path, file });
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      // Browsers hand out a folder in parts.
      const part = await new Promise<FileSystemEntry[]>((resolve, reject) => {
        reader.readEntries(resolve, reject);
      });
      if (part.length === 0) return;
      for (const child of part) await walk(child, path, files, problems);
    }
  } catch (error) {
    problems.push({ path, problem: `cannot be read: ${(error as Error).message}` });
  }
}
