import { describe, expect, it } from 'vitest';
import { formatContract } from '../helpers/format-contract.ts';
import { fuzz } from '../helpers/fuzz.ts';
import { formatSamples } from '../formats/samples.ts';

describe('the formats in a browser', () => {
  formatContract(formatSamples);

  it('a short slice of fuzzing', () => {
    expect(fuzz(formatSamples, 5000, 2)).toBeGreaterThan(0);
  }, 120_000);
});
