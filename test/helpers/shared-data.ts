/** The recordings beside the repository, where they are. Tests that need them are skipped elsewhere. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';

const root = path.resolve(import.meta.dirname, '../../../shared/data');

/** Whether the recordings are there. */
export const hasSharedData: boolean = existsSync(path.join(root, 'expected.tsv'));

/** A row of the reference decode. */
export interface ExpectedRow {
  readonly path: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly events: number;
  readonly on: number;
  readonly tFirst: number | null;
  readonly tLast: number | null;
  readonly backward: number;
  readonly sha256: string;
}

/** The rows of the given formats. */
export function expectedRows(...formats: string[]): ExpectedRow[] {
  return allExpectedRows().filter(({ format }) => formats.includes(format));
}

/** SHA-256 of nothing. */
const NO_EVENTS = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** All rows; none where the recordings are not there. */
export function allExpectedRows(): ExpectedRow[] {
  if (!hasSharedData) return [];
  const lines = readFileSync(path.join(root, 'expected.tsv'), 'utf8').trim().split('\n').slice(1);
  const time = (text: string | undefined): number | null =>
    text === undefined || text === '' ? null : Number(text);
  return lines
    .map((line) => line.split('\t'))
    .map(([file, format, width, height, events = 0, on = 0, tFirst, tLast, backward = 0, sha256]) => ({
      path: file!,
      format: format!,
      width: Number(width),
      height: Number(height),
      events: Number(events),
      on: Number(on),
      tFirst: time(tFirst),
      tLast: time(tLast),
      backward: Number(backward),
      // A recording without pixel events has no more columns.
      sha256: sha256 ?? NO_EVENTS,
    }));
}

/** The rows of the given formats of recordings beyond the camera formats. `how` says what a reader must be told. */
export function containerRows(...formats: string[]): (ExpectedRow & { readonly how: string })[] {
  if (!hasSharedData) return [];
  return readFileSync(path.join(root, 'expected-containers.tsv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([file, how, format, width, height, events, on, tFirst, tLast, sha256]) => ({
      path: file!,
      how: how!,
      format: format!,
      width: Number(width),
      height: Number(height),
      events: Number(events),
      on: Number(on),
      tFirst: Number(tFirst),
      tLast: Number(tLast),
      backward: 0,
      sha256: sha256!,
    }))
    .filter(({ format }) => formats.includes(format));
}

const archives = new Map<string, Record<string, Uint8Array>>();

/** The bytes of a file or of `archive.zip!member`. */
export function readShared(file: string): Uint8Array {
  const [archive, member] = file.split('!');
  const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(path.join(root, name)));
  if (member === undefined) return bytes(file);
  const members = archives.get(archive!) ?? unzipSync(bytes(archive!));
  archives.set(archive!, members);
  return members[member]!;
}

/** The absolute path of a file. */
export function sharedPath(file: string): string {
  return path.join(root, file);
}
