/** `npm run fuzz`: a million inputs, or as many as FUZZ_INPUTS says; FUZZ_SEED repeats a run. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { expect, it } from 'vitest';
import { fuzz, fuzzDatagrams, FuzzFailure } from '../helpers/fuzz.ts';
import { datagramSamples } from './network/samples.ts';
import { formatSamples } from './samples.ts';

const inputs = Number(process.env['FUZZ_INPUTS'] ?? 1_000_000);
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

it(`${inputs} inputs, seed ${seed}`, () => {
  try {
    expect(fuzz(formatSamples, inputs, seed)).toBeGreaterThan(0);
    expect(fuzzDatagrams(datagramSamples, Math.ceil(inputs / 10), seed)).toBeGreaterThan(0);
  } catch (error) {
    if (error instanceof FuzzFailure) {
      const folder = path.join(import.meta.dirname, 'regressions');
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, `${error.sample.replaceAll(/[^\w]+/g, '-')}-${seed}.bin`), error.input);
    }
    throw error;
  }
}, 3_600_000);
