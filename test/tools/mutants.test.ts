import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { parseSync } from 'vite';
import { applyMutant, guardLoops, mutantsOf } from '../../tools/mutants/mutate.mjs';
import { NAMED } from '../../tools/mutants/named.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const errorsOf = (source: string): unknown[] => parseSync('a.ts', source).errors;
const changes = (source: string): string[] => mutantsOf(source, 'a.ts').map(({ change }) => change);

describe('mutants', () => {
  it.each([
    ['const a = b < c;', ['< → <=']],
    ['const a = (b) >= (c);', ['>= → >']],
    ['if (a === b) c();', ['=== → !==', 'c(); → nothing']],
    ['if (!a) c();', ['!a → (a)', 'c(); → nothing']],
    ['if (a) throw b;', ['a → !(a)', 'throw b; → nothing']],
    ['const a = b ?? c;', ['b ?? c → ((b) && (c))']],
    ['const a = b && c || d;', ['b && c || d → ((b && c) && (d))', 'b && c → ((b) || (c))']],
    ['const a = b + 1;', ['+ → -', '1 → 2']],
    ['const a = b + "text" + `${c}`;', []],
    ['a += 2n;', ['a += 2n; → nothing', '+= → -=', '2n → 3n']],
    ['++a;', ['++a; → nothing', '++ → --']],
    ['const a = Math.min(b, c), d = e.some(f);', ['min → max', 'some → every']],
    ['const a = true;', ['true → false']],
    ['for (;;) break;', ['break; → nothing']],
    ['const a = -b;', ['-b → (b)']],
    ['process.kill(pid, 0);', ['process.kill(pid, 0); → nothing']],
    // Types, texts, comments, names and imports are left alone.
    ['type A = 1 | 2; const a = b as 3; const c: 4[] = d!; // 5', []],
    ['import "./6.ts"; const a = { 7: "8" }; interface B { c(): 9 }', []],
  ])('%s', (source, expected) => {
    expect(changes(source)).toEqual(expected);
  });

  it('change the source where they say, and leave it a program', () => {
    const file = 'src/frames/duration-slicer.ts';
    const source = read(file);
    const mutants = mutantsOf(source, file);
    expect(mutants.length).toBeGreaterThan(100);
    expect(new Set(mutants.map(({ key }) => key)).size).toBe(mutants.length);
    for (const mutant of mutants) {
      const changed = applyMutant(source, mutant);
      expect(changed).not.toBe(source);
      expect(source.split('\n')[mutant.line - 1]!.trim()).toBe(mutant.code);
      expect(errorsOf(changed)).toEqual([]);
    }
  });

  it('end loops that would not', () => {
    const run = (source: string): unknown => vm.runInNewContext(`${guardLoops(source)}; n`);
    expect(run('let n = 0; for (const a of [1, 2]) for (let i = 0; i < a; i++) n++')).toBe(3);
    expect(run('let n = 0; do n++; while (n < 5); while (n < 9) n++;')).toBe(9);
    expect(() => run('let n = 0; while (true) n++;')).toThrow('endless loop');
    expect(() => run('let n = 0; for (;;) { n++; }')).toThrow('endless loop');
  });
});

describe('the lists', () => {
  it.each(NAMED)('$name', ({ file, find, put, tests }) => {
    const source = read(file);
    expect(source.split(find)).toHaveLength(2);
    expect(errorsOf(source.replace(find, () => put))).toEqual([]);
    for (const test of tests) expect(existsSync(path.join(root, test))).toBe(true);
  });

  it('every equivalent mutant is one of today’s code, and has a reason', () => {
    interface Equivalent {
      readonly file: string;
      readonly code: string;
      readonly change: string;
      readonly which?: number;
      readonly why: string;
    }
    const known = JSON.parse(read('tools/mutants/equivalent.json')) as Equivalent[];
    for (const { file, code, change, which = 0, why } of known) {
      const keys = mutantsOf(read(file), file).map(({ key }) => key);
      expect(keys).toContain([file, code, change, which].join('\0'));
      expect(why.length).toBeGreaterThan(10);
    }
  });
});
