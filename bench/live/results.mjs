/** `bench/results/live.json`: what was measured last of each section. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { machine } from '../machine.mjs';

const FILE = path.join(import.meta.dirname, '../results/live.json');

/** Puts sections in the place of those of the same names; read when it is written, since a run may take an hour. */
export function keepSections(sections) {
  const before = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
  const cluster = { ...before.cluster, ...sections.cluster };
  const all = { ...before, machine: machine(), ...sections, cluster };
  writeFileSync(FILE, `${JSON.stringify(all, null, 2)}\n`);
}
