/** Compares engines with the oracle: results, and what every layer put out. */
import { expect } from 'vitest';
import type { FrameClip } from '../../src/frames/index.ts';
import {
  createOracleEngine,
  createWasmEngine,
  tapEveryLayer,
  type ClipResult,
  type InferenceEngine,
  type InferenceMode,
  type InferenceSession,
  type LayerTaps,
  type StepResult,
} from '../../src/inference/index.ts';
import type { Model } from '../../src/network/index.ts';
import { framesOf } from './clips.ts';

export const MODES: readonly InferenceMode[] = ['exact', 'eq9'];

/** Values by layer and step. */
type Heard = Map<string, Int32Array>;

function listen(model: Model): { heard: Heard; taps: LayerTaps } {
  const heard: Heard = new Map();
  const taps = tapEveryLayer(model, ({ layer, step, values }) =>
    heard.set(`${layer} step ${step}`, Int32Array.from(values)),
  );
  return { heard, taps };
}

/** Where two accounts of the same layers differ: the first place of each. */
function differences(got: Heard, wanted: Heard): string[] {
  const found: string[] = [];
  for (const [name, values] of wanted) {
    const own = got.get(name);
    const at = own === undefined ? 0 : values.findIndex((value, i) => value !== own[i]);
    if (at >= 0 || own?.length !== values.length)
      found.push(`${name}: ${String(own?.[at])} instead of ${values[at]} at ${at}`);
  }
  for (const name of got.keys()) if (!wanted.has(name)) found.push(`${name} is too much`);
  return found;
}

/** Runs a clip step by step. */
export async function stream(
  session: InferenceSession,
  clip: FrameClip,
  taps?: LayerTaps,
): Promise<StepResult[]> {
  const steps: StepResult[] = [];
  for (const frame of framesOf(clip)) steps.push(await session.step(frame, taps));
  return steps;
}

/** Clips one after the other, whole and in one session. Returns the oracle's results. */
export async function expectOracle(
  engine: InferenceEngine,
  clips: readonly FrameClip[],
  mode: InferenceMode,
): Promise<ClipResult[]> {
  const { model } = engine;
  const oracle = createOracleEngine(model);
  const session = engine.openSession({ mode });
  const results: ClipResult[] = [];
  for (const clip of clips) {
    const [wanted, whole, streamed] = [listen(model), listen(model), listen(model)];
    const result = await oracle.runClip(clip, { mode, taps: wanted.taps });
    const ofClip = await engine.runClip(clip, { mode, taps: whole.taps });
    expect(differences(whole.heard, wanted.heard)).toEqual([]);
    expect(ofClip).toEqual(result);
    const ofStream = await stream(session, clip, streamed.taps);
    expect(differences(streamed.heard, wanted.heard)).toEqual([]);
    expect(ofStream).toEqual(result.steps);
    results.push(result);
  }
  session.dispose();
  return results;
}

/** {@link expectOracle} for a new engine on the calling thread, in both modes unless one is named. */
export async function expectWasmIsOracle(
  model: Model,
  clips: readonly FrameClip[],
  modes: readonly InferenceMode[] = MODES,
): Promise<ClipResult[]> {
  const engine = await createWasmEngine(model);
  const results: ClipResult[] = [];
  try {
    for (const mode of modes) results.push(...(await expectOracle(engine, clips, mode)));
  } finally {
    engine.dispose();
  }
  return results;
}
