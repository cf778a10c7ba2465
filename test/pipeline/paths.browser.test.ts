import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/inference/index.ts';
import { CameraFeed } from '../../src/live/client.ts';
import { DecisionSession } from '../../src/pipeline/index.ts';
import { PATH_HASHES } from '../helpers/path-hashes.ts';
import { logitsHash, pathModel, pathScenarios } from '../helpers/path-scenarios.ts';

describe('in a browser, every format and kind of recording gives the logits that Node gives', () => {
  it('as a session, and through the feed of the page', async () => {
    const engines = {
      canonical: await createEngine(pathModel('canonical')),
      spikingjelly: await createEngine(pathModel('spikingjelly')),
    };
    const sessions: Record<string, number> = {};
    const feeds: Record<string, number> = {};
    for (const { name, format, convention, bytes, decoding } of pathScenarios()) {
      const engine = engines[convention as keyof typeof engines];
      const named = { fileName: `recording.${format}`, ...decoding };
      const session = new DecisionSession(engine, { decoding: named });
      const own: number[][] = [];
      for await (const { accumulatedLogits } of session.decisions([bytes])) own.push([...accumulatedLogits]);
      sessions[name] = logitsHash(own);
      session.dispose();
      const said: number[][] = [];
      const feed = new CameraFeed({
        name: 'page',
        engine,
        sensor: null,
        payload: 'raw',
        decoding: named,
        policy: 'pause',
        maxQueuedSteps: 64,
        flushAfterMs: 600_000,
        onDecision: ({ logits }) => said.push([...logits]),
        onError: (error) => {
          throw error;
        },
      });
      for (let at = 0; at < bytes.length; at += 4097) feed.pushBytes(bytes.subarray(at, at + 4097), 0);
      await feed.end();
      feeds[name] = logitsHash(said);
    }
    expect(sessions).toEqual(PATH_HASHES);
    expect(feeds).toEqual(PATH_HASHES);
  });
});
