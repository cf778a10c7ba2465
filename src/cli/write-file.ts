import { open, rename } from 'node:fs/promises';
import process from 'node:process';

/** Writes a file whole or not at all: under another name, synced to disk, then renamed. */
export async function writeFileAtomic(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
