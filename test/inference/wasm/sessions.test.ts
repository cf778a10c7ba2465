import { afterEach, describe, expect, it } from 'vitest';
import {
  createOracleEngine,
  createWasmEngine,
  type InferenceEngine,
  type InferenceSession,
} from '../../../src/inference/index.ts';
import { randomModelOf, randomNetwork } from '../../../src/network/index.ts';
import { clipOf, framesOf, randomClip } from '../../helpers/clips.ts';
import { MODES, stream } from '../../helpers/engine-equality.ts';

const network = randomNetwork({ seed: 11, steps: 4, height: 9, width: 8, maxCount: 6, blocks: 4 });
const model = randomModelOf(network, 11);
const clip = (seed: number) => randomClip(4, 8, 9, seed);
const oracle = createOracleEngine(model);
const engines: InferenceEngine[] = [];

async function start(): Promise<InferenceEngine> {
  const engine = await createWasmEngine(model);
  engines.push(engine);
  return engine;
}

afterEach(() => {
  for (const engine of engines.splice(0)) engine.dispose();
});

describe('sessions', () => {
  it('of one engine, in both modes, step in turns and keep apart', async () => {
    const engine = await start();
    const sessions = [0, 1, 2, 3].map((i) => ({ mode: MODES[i % 2]!, frames: framesOf(clip(i)) }));
    const open = sessions.map(({ mode }) => engine.openSession({ mode }));
    for (let step = 0; step < 4; step++) {
      const got = await Promise.all(open.map((session, i) => session.step(sessions[i]!.frames[step]!)));
      for (const [i, { mode }] of sessions.entries())
        expect(got[i]).toEqual((await oracle.runClip(clip(i), { mode })).steps[step]);
    }
  });

  it('come and go while others run, and clips run between', async () => {
    const engine = await start();
    const long = engine.openSession();
    for (let window = 0; window < 4; window++) {
      const frames = framesOf(clip(window));
      const pending = [];
      for (const frame of frames) {
        const short = engine.openSession({ mode: MODES[window % 2]! });
        pending.push(long.step(frame), short.step(framesOf(clip(9))[0]!));
        short.dispose();
        pending.push(engine.runClip(clip(window)));
      }
      const results = await Promise.all(pending);
      const wanted = await oracle.runClip(clip(window));
      expect(results.filter((_, i) => i % 3 === 0)).toEqual(wanted.steps);
      expect(results.filter((_, i) => i % 3 === 2)).toEqual(frames.map(() => wanted));
    }
  });

  it('give their memory back', async () => {
    const engine = await start();
    for (const mode of MODES) await engine.runClip(clip(1), { mode });
    for (const mode of MODES) await stream(engine.openSession({ mode }), clip(1));
    const before = engine.memory!();
    for (let i = 0; i < 50; i++) {
      const session = engine.openSession({ mode: MODES[i % 2]! });
      await session.step(framesOf(clip(i))[0]!);
      session.dispose();
      session.dispose();
    }
    await engine.runClip(clip(1));
    expect(engine.memory!()).toEqual(before);
  });

  it('start a new window at any step 0', async () => {
    const session = (await start()).openSession();
    const [first, second] = framesOf(clip(1));
    await session.step(first!);
    await session.step(second!);
    for (const seed of [2, 3])
      expect(await stream(session, clip(seed))).toEqual((await oracle.runClip(clip(seed))).steps);
  });

  it('a listener that throws fails its step alone', async () => {
    const session = (await start()).openSession();
    const [first, ...rest] = framesOf(clip(5));
    const taps = new Map([
      [
        model.neuronLayers[0]!,
        () => {
          throw new RangeError('mine');
        },
      ],
    ]);
    await expect(session.step(first!, taps)).rejects.toThrow('mine');
    const wanted = (await oracle.runClip(clip(5))).steps;
    for (const frame of rest) expect((await session.step(frame)).logits).toEqual(wanted[frame.step]!.logits);
  });
});

describe('event counts', () => {
  it('above maxCount count as maxCount', async () => {
    const engine = await start();
    const many = clipOf(4, 8, 9, (i) => (i % 5) * 20_000);
    const cut = clipOf(4, 8, 9, (i) => Math.min((i % 5) * 20_000, network.input.maxCount));
    expect(await engine.runClip(many)).toEqual(await engine.runClip(cut));
    expect(await engine.runClip(many)).toEqual(await oracle.runClip(many));
  });
});

/** The oracle says the same of every misuse. */
describe.each(['wasm', 'oracle'])('misuse of %s', (name) => {
  const open = async (): Promise<{ engine: InferenceEngine; session: InferenceSession }> => {
    const engine = name === 'wasm' ? await start() : createOracleEngine(model);
    return { engine, session: engine.openSession() };
  };
  const code = (value: string, step = 0) => ({ name: 'InferenceError', code: value, step });

  it('frames that do not fit', async () => {
    const { engine, session } = await open();
    const [frame, next] = framesOf(clip(1));
    const wrong = { width: 9, height: 8 };
    await expect(engine.runClip({ ...clip(1), geometry: wrong })).rejects.toMatchObject(
      code('WRONG_GEOMETRY'),
    );
    await expect(session.step({ ...frame!, geometry: wrong })).rejects.toMatchObject(code('WRONG_GEOMETRY'));
    await expect(engine.runClip({ ...clip(1), steps: 5 })).rejects.toMatchObject(code('WRONG_STEPS'));
    await expect(session.step({ ...frame!, steps: 5 })).rejects.toMatchObject(code('WRONG_STEPS'));
    for (const counts of [
      new Uint8Array(0),
      new Uint8Array(8 * 9 * 2 + 1),
      new Uint8Array(8 * 9 * 2 * 1000),
    ]) {
      await expect(engine.runClip({ ...clip(1), counts })).rejects.toMatchObject(code('WRONG_GEOMETRY'));
      await expect(session.step({ ...frame!, counts })).rejects.toMatchObject(code('WRONG_GEOMETRY'));
    }
    await expect(session.step(next!)).rejects.toMatchObject(code('OUT_OF_ORDER', 1));
    expect(await stream(session, clip(2))).toEqual((await oracle.runClip(clip(2))).steps);
  });

  it('steps out of order, or behind the last', async () => {
    const { session } = await open();
    const [first, second, third] = framesOf(clip(1));
    await session.step(first!);
    for (const frame of [third!, { ...third!, step: -1 }, { ...third!, step: 0.5 }, { ...third!, step: NaN }])
      await expect(session.step(frame)).rejects.toMatchObject({ code: 'OUT_OF_ORDER' });
    await session.step(second!);
    await expect(session.step(second!)).rejects.toMatchObject(code('OUT_OF_ORDER', 1));
    expect(await stream(session, clip(2))).toEqual((await oracle.runClip(clip(2))).steps);
    await expect(session.step({ ...third!, step: 4 })).rejects.toMatchObject(code('OUT_OF_ORDER', 4));
  });

  it('after dispose', async () => {
    const { engine, session } = await open();
    const other = engine.openSession();
    const [frame] = framesOf(clip(1));
    session.dispose();
    await expect(session.step(frame!)).rejects.toMatchObject(code('DISPOSED'));
    const running = other.step(frame!);
    await running;
    engine.dispose();
    engine.dispose();
    await expect(other.step(frame!)).rejects.toMatchObject(code('DISPOSED'));
    await expect(engine.runClip(clip(1))).rejects.toMatchObject(code('DISPOSED'));
    expect(() => engine.openSession()).toThrow(expect.objectContaining(code('DISPOSED')));
    other.dispose();
  });
});

it('runs that wait when the engine is disposed are refused', async () => {
  const engine = await start();
  const runs = Promise.allSettled([1, 2, 3].map(async (seed) => engine.runClip(clip(seed))));
  engine.dispose();
  for (const run of await runs)
    expect(run).toMatchObject({ status: 'rejected', reason: { code: 'DISPOSED' } });
});
