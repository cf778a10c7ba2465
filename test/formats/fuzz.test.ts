import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { deaf, fuzz, fuzzDatagrams, listening, runDatagram, runInput } from '../helpers/fuzz.ts';
import { datagramSamples } from './network/samples.ts';
import { formatSamples } from './samples.ts';

const FOLDER = path.join(import.meta.dirname, 'regressions');

describe('inputs that once broke a decoder', () => {
  it.each(readdirSync(FOLDER).filter((name) => name.endsWith('.bin')))('%s', (file) => {
    const bytes = new Uint8Array(readFileSync(path.join(FOLDER, file)));
    for (const policy of ['strict', 'salvage'] as const) {
      for (const sideChannels of [deaf, listening]) {
        for (const sample of formatSamples) {
          const whole = runInput(sample, bytes, Infinity, { policy, sideChannels });
          expect(runInput(sample, bytes, 1, { policy, sideChannels })).toEqual(whole);
        }
        for (const sample of datagramSamples) runDatagram(sample, bytes, { policy, sideChannels });
      }
    }
  });
});

it('a short slice of fuzzing', () => {
  expect(fuzz(formatSamples, 20_000, 1)).toBeGreaterThan(0);
  expect(fuzzDatagrams(datagramSamples, 5000, 1)).toBeGreaterThan(5000);
}, 120_000);
