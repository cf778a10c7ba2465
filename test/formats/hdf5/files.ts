/** The files that `make_files.py` made. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(import.meta.dirname, 'files');

export const HDF5_FILES: readonly string[] = readdirSync(FOLDER);

export function hdf5Path(name: string): string {
  return path.join(FOLDER, name);
}

export function hdf5File(name: string): Uint8Array {
  return new Uint8Array(readFileSync(hdf5Path(name)));
}
