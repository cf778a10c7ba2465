import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findExamples } from '../helpers/examples.ts';

const folder = path.resolve(import.meta.dirname, '../../.tmp/examples');
const examples = findExamples();
const fileOf = (index: number): string => path.join(folder, `example-${index}.ts`);

/** Examples import `saccade` as users do: the built package's types. */
const TYPE_CHECK = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    noEmit: true,
    isolatedDeclarations: false,
    noUnusedLocals: false,
    types: ['node'],
    lib: ['ES2023', 'DOM'],
  },
  include: ['*.ts'],
};

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  examples.forEach(({ code, place }, i) => {
    writeFileSync(fileOf(i), `// ${place}\n${code}\nexport {};\n`);
  });
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the examples of the documentation', () => {
  it('are there', () => {
    expect(examples.length).toBeGreaterThan(50);
  });

  it('pass the type checker, also those that do not run here', () => {
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(TYPE_CHECK));
    const tsc = path.resolve(import.meta.dirname, '../../node_modules/typescript/bin/tsc');
    try {
      execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    } catch (error) {
      expect((error as { stdout: string }).stdout).toBe('');
      throw error;
    }
  }, 60_000);

  it.each(examples.map(({ place, runs }, i) => ({ place, runs, i })).filter(({ runs }) => runs))(
    '$place runs',
    async ({ i }) => {
      const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
      try {
        await import(fileOf(i));
      } finally {
        log.mockRestore();
      }
    },
  );
});
