import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createOracleEngine,
  createWasmEngine,
  tapEveryLayer,
  type InferenceMode,
} from '../../src/inference/index.ts';
import { randomModelOf } from '../../src/network/index.ts';
import { framesOf, randomClip } from '../helpers/clips.ts';
import { anyNetwork } from '../helpers/networks.ts';

it.each(['exact', 'eq9'] as InferenceMode[])(
  '%s',
  async (mode) => {
    await fc.assert(
      fc.asyncProperty(anyNetwork(), fc.integer(), async (network, seed) => {
        const { steps, input } = network;
        const model = randomModelOf(network, seed);
        const oracle = createOracleEngine(model);
        const engine = await createWasmEngine(model);
        const session = engine.openSession({ mode });
        const record = (into: Map<string, unknown>) =>
          tapEveryLayer(model, ({ layer, step, values }) => into.set(`${layer} ${step}`, [...values]));
        for (let window = 0; window < 2; window++) {
          const clip = randomClip(steps, input.width, input.height, seed + window);
          const [want, whole, streamed] = [new Map(), new Map(), new Map()];
          const wanted = await oracle.runClip(clip, { mode, taps: record(want) });
          const result = await engine.runClip(clip, { mode, taps: record(whole) });
          const sort = (m: Map<string, unknown>) => [...m].sort(([a], [b]) => (a < b ? -1 : 1));
          expect(sort(whole)).toEqual(sort(want));
          expect(result).toEqual(wanted);
          const stepResults = [];
          for (const frame of framesOf(clip)) stepResults.push(await session.step(frame, record(streamed)));
          expect(sort(streamed)).toEqual(sort(want));
          expect(stepResults).toEqual(wanted.steps);
        }
        engine.dispose();
      }),
      { numRuns: 150 },
    );
  },
  100000,
);
