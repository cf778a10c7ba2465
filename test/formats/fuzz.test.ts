import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fuzz, fuzzDatagrams, runInput } from '../helpers/fuzz.ts';
import { datagramSamples } from './network/samples.ts';
import { formatSamples } from './samples.ts';

const FOLDER = path.join(import.meta.dirname, 'regressions');

describe.skipIf(!existsSync(FOLDER))('inputs that once broke a decoder', () => {
  const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.bin')) : [];
  it.each(files)('%s', (file) => {
    const bytes = new Uint8Array(readFileSync(path.join(FOLDER, file)));
    for (const sample of formatSamples) {
      for (const policy of ['strict', 'salvage'] as const) {
        const whole = runInput(sample, bytes, Infinity, { policy });
        expect(runInput(sample, bytes, 1, { policy })).toEqual(whole);
      }
    }
  });
});

it('a short slice of fuzzing', () => {
  expect(fuzz(formatSamples, 20_000, 1)).toBeGreaterThan(0);
  expect(fuzzDatagrams(datagramSamples, 5000, 1)).toBeGreaterThan(5000);
}, 120_000);
