import { describe, expect, it } from 'vitest';
import { datagramContract } from '../helpers/datagram-contract.ts';
import { encoderContract } from '../helpers/encoder-contract.ts';
import { formatContract } from '../helpers/format-contract.ts';
import { fuzz, fuzzDatagrams } from '../helpers/fuzz.ts';
import { datagramSamples } from '../formats/network/samples.ts';
import { formatSamples } from '../formats/samples.ts';

describe('the formats in a browser', () => {
  formatContract(formatSamples);
  datagramContract(datagramSamples);
  encoderContract();

  it('a short slice of fuzzing', () => {
    expect(fuzz(formatSamples, 5000, 2)).toBeGreaterThan(0);
    expect(fuzzDatagrams(datagramSamples, 1000, 2)).toBeGreaterThan(1000);
  }, 120_000);
});
