import type { InferenceEngine } from '../../src/inference/index.ts';

/** An engine whose steps wait until they are let go, or fail. */
export function steered(engine: InferenceEngine): {
  engine: InferenceEngine;
  release: () => void;
  /** Steps wait again. */
  hold: () => void;
  fail: (error: Error) => void;
  waiting: () => number;
} {
  let open = false;
  let failure: Error | undefined;
  const waiting: (() => void)[] = [];
  return {
    engine: {
      ...engine,
      model: engine.model,
      openSession: (options) => {
        const session = engine.openSession(options);
        return {
          step: async (frame, taps) => {
            if (!open) await new Promise<void>((resolve) => waiting.push(resolve));
            if (failure !== undefined) throw failure;
            return session.step(frame, taps);
          },
          dispose: () => session.dispose(),
        };
      },
    },
    release: () => {
      open = true;
      for (const go of waiting.splice(0)) go();
    },
    hold: () => {
      open = false;
    },
    fail: (error) => {
      failure = error;
      open = true;
      for (const go of waiting.splice(0)) go();
    },
    waiting: () => waiting.length,
  };
}
