import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Writes a file and the folders that it lies in; returns its path. */
export function writeFileIn(folder: string, name: string, bytes: Uint8Array | string = ''): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}
