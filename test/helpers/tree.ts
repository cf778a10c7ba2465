/** What a folder holds, to be compared. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * All files below a folder with the hashes of their bytes. Of a journal the order of the lines, in which recordings were
 * finished, does not count.
 */
export function treeOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile()).sort();
  return Object.fromEntries(files.map((name) => [name, hashOf(path.join(folder, name))]));
}

function hashOf(file: string): string {
  const bytes = readFileSync(file);
  const content = file.endsWith('.jsonl') ? bytes.toString().split('\n').sort().join('\n') : bytes;
  return createHash('sha256').update(content).digest('hex');
}
