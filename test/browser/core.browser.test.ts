import { describe, expect, it } from 'vitest';
import { runCoreScenario } from '../helpers/core-scenario.ts';
import { CORE_HASHES } from '../helpers/core-hashes.ts';

describe('the core in a browser', () => {
  it('computes the spikes that Node computes', async () => {
    expect(await runCoreScenario()).toEqual(CORE_HASHES);
  });
});
