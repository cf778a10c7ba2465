import { describe, expect, it } from 'vitest';
import { runCoreScenario } from '../helpers/core-scenario.ts';
import { CORE_HASHES } from '../helpers/core-hashes.ts';

describe('the core in Node', () => {
  it('computes the spikes that browsers compute', async () => {
    expect(await runCoreScenario()).toEqual(CORE_HASHES);
  });
});
