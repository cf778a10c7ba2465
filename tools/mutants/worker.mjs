/**
 * Runs tests of a copy of the tree again and again: one Vitest that stays, so that a mutant costs its tests only.
 * Started by index.mjs, with the copy as working folder; ended by it when a mutant makes an endless loop.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { transformWithOxc } from 'vite';
import { createVitest } from 'vitest/node';

const root = process.cwd();
const quiet = { onInit() {} };
const vitest = await createVitest('test', {
  root,
  project: ['node'],
  watch: false,
  bail: 1,
  isolate: process.argv[2] === 'true',
  pool: 'threads',
  maxWorkers: 1,
  // A loaded machine is slow: whoever asks has a limit of its own.
  testTimeout: 600_000,
  hookTimeout: 600_000,
  reporters: [quiet],
});

/** The tests in the folders that fail, up to the first. */
async function failures(folders) {
  const without = folders.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
  const found = await vitest.globTestSpecifications(folders.filter((name) => !name.startsWith('!')));
  const specifications = found.filter(({ moduleId }) => !without.some((name) => moduleId.endsWith(name)));
  if (specifications.length === 0) throw new Error(`No tests in ${folders.join(', ')}.`);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications, true);
  // Vitest keeps the state of modules of earlier runs.
  const run = new Set(specifications.map(({ moduleId }) => moduleId));
  const own = testModules.filter(({ moduleId }) => run.has(moduleId));
  const failed = own.flatMap((module) => [
    ...module.errors().map(({ message }) => `${module.relativeModuleId}: ${message}`),
    ...[...module.children.allTests('failed')].map((test) => test.fullName),
  ]);
  return [...failed, ...unhandledErrors.map((error) => error?.message ?? 'unhandled error')];
}

/** Writes a source, and the module that tests of the built library load in its place. */
async function put(file, source) {
  writeFileSync(path.join(root, file), source);
  vitest.invalidateFile(path.join(root, file));
  const built = path.join(root, 'dist', file.replace(/\.ts$/, '.js'));
  const { code } = await transformWithOxc(source, file, {
    lang: 'ts',
    typescript: { rewriteImportExtensions: 'rewrite' },
  });
  writeFileSync(built, code);
  vitest.invalidateFile(built);
}

process.on('message', async ({ file, source, tests }) => {
  try {
    if (file === undefined) {
      process.send({ failed: await failures(tests) });
      return;
    }
    const original = readFileSync(path.join(root, file), 'utf8');
    await put(file, source);
    const failed = await failures(tests);
    await put(file, original);
    process.send({ failed });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.send({ ready: true });
