/** One way through the whole core, for every runtime: bytes to spikes, summed up in one number per layer. */
import { batchFromTuples, SeededRandom } from '../../src/events/index.ts';
import { Aedat2Encoder, createDecoder } from '../../src/formats/index.ts';
import { binRecording } from '../../src/frames/index.ts';
import { createOracleEngine, tapEveryLayer } from '../../src/inference/index.ts';
import { randomModel, readModel, writeModel } from '../../src/network/index.ts';

/** FNV-1a over integers. */
function hash(state: number, values: Iterable<number>): number {
  for (const value of values) state = Math.imul(state ^ (value & 0xff), 0x01000193) >>> 0;
  return state;
}

/** Equal in every runtime, or something is not exact. */
export async function runCoreScenario(): Promise<Record<string, number>> {
  const random = new SeededRandom(42);
  let t = 0;
  const events = batchFromTuples(
    Array.from(
      { length: 3000 },
      () => [(t += random.integer(10)), random.integer(128), random.integer(128), random.integer(2)] as const,
    ),
    { width: 128, height: 128 },
  );
  const decoder = createDecoder();
  const batches = [...decoder.push(new Aedat2Encoder().push(events)), ...decoder.finish()];
  const model = readModel(writeModel(randomModel({ steps: 5, width: 16, height: 16, seed: 3 })));
  const engine = createOracleEngine(model);
  const hashes: Record<string, number> = {};
  for (const clip of binRecording(
    batches[0]!,
    { by: 'number', steps: 5 },
    { output: { width: 16, height: 16 } },
  )) {
    await engine.runClip(clip, {
      taps: tapEveryLayer(model, ({ layer, values }) => {
        hashes[layer] = hash(hashes[layer] ?? 0x811c9dc5, values);
      }),
    });
  }
  return hashes;
}
