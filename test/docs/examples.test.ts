import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findExamples } from '../helpers/examples.ts';

const folder = path.resolve(import.meta.dirname, '../../.tmp/examples');
const examples = findExamples();
const fileOf = (index: number): string => path.join(folder, `example-${index}.ts`);

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
