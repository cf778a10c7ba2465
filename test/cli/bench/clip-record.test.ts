import { describe, expect, it } from 'vitest';
import { firingRate, recordClip, requireEqual } from '../../../src/cli/bench/clip-record.ts';
import { calibratedTask, workloadOf } from '../../../src/cli/bench/workload.ts';
import { createOracleEngine } from '../../../src/inference/index.ts';
import { randomModel } from '../../../src/network/index.ts';
import { randomClip } from '../../helpers/clips.ts';

const model = randomModel();
const engine = createOracleEngine(model);

describe('clip records', () => {
  it('hold all spikes and logits', async () => {
    const clip = randomClip(4, 8, 8, 1);
    const record = await recordClip(engine, clip);
    expect([...record.spikes].map(([layer, values]) => [layer, values.length])).toEqual([
      ['mfp1', 4 * 64 * 4],
      ['mfp2', 4 * 16 * 5],
    ]);
    expect(record.logits.length).toBe(4 * 3);
    const { steps } = await engine.runClip(clip);
    const spikes = steps.flatMap((step) => step.spikes).reduce((a, b) => a + b, 0);
    expect(firingRate(record)).toBeCloseTo(spikes / (4 * (64 * 4 + 16 * 5)), 12);
  });

  it('differ where they differ', async () => {
    const record = await recordClip(engine, randomClip(4, 8, 8, 1));
    expect(() => requireEqual('me', record, record)).not.toThrow();
    expect(() => requireEqual('me', record, { ...record, spikes: new Map() })).not.toThrow();
    const logits = Array.from(record.logits);
    logits[5]! += 1;
    expect(() => requireEqual('other', record, { ...record, logits })).toThrow(
      /^other differs at logits\[5\]/,
    );
    const fewer = Array.from(record.logits).slice(1);
    expect(() => requireEqual('other', record, { ...record, logits: fewer })).toThrow(/logits/);
    const spikes = new Map(record.spikes);
    spikes.set(
      'mfp2',
      Uint8Array.from(spikes.get('mfp2')!, (spike, i) => (i === 7 ? 1 - spike : spike)),
    );
    expect(() => requireEqual('other', record, { ...record, spikes })).toThrow(
      expect.objectContaining({ code: 'ENGINES_DIFFER', message: expect.stringContaining('mfp2[7]') }),
    );
  });
});

describe('a calibrated task', () => {
  it('fires at its rate', async () => {
    const task = calibratedTask(randomModel({ steps: 3, height: 16, width: 16 }).network, 0.15);
    const { firingRate: rate, expected } = await workloadOf(task, createOracleEngine(task.model));
    expect(rate).toBeCloseTo(0.15, 2);
    expect(expected.length).toBe(1);
  });
});
