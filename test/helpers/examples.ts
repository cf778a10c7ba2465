/** Finds the TypeScript examples of the documentation. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One fenced block. */
export interface Example {
  /** File and line, for messages. */
  readonly place: string;
  readonly code: string;
  /** `false` for blocks marked `no-run`. */
  readonly runs: boolean;
}

const root = path.resolve(import.meta.dirname, '../..');

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => path.join(folder, name));
}

/** All ```ts blocks of the library's doc comments and of the README. */
export function findExamples(): Example[] {
  const files = [...['src', 'operators', 'datasets'].flatMap(sources), 'README.md'];
  return files.flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const blocks = text.matchAll(/^( \* |)```ts( no-run)?\n(.*?)^( \* |)```/gms);
    return [...blocks].map((match) => ({
      place: `${file}:${text.slice(0, match.index).split('\n').length}`,
      code: match[3]!.replace(/^ \* ?/gm, ''),
      runs: match[2] === undefined,
    }));
  });
}
