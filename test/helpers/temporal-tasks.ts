/** Synthetic tasks that tell whether a network can use time. Clips of 4 x 4 pixels, 32 inputs a step. */
import { SeededRandom } from '../../src/events/index.ts';
import type { LabelledClip } from '../../src/frames/index.ts';

const SIDE = 4;
const INPUTS = 2 * SIDE * SIDE;

function clipOf(
  steps: number,
  active: (step: number, input: number) => number,
  random: SeededRandom,
): LabelledClip['clip'] {
  const counts = new Uint8Array(steps * INPUTS);
  for (let i = 0; i < counts.length; i++) {
    counts[i] = random.uniform() < active(Math.floor(i / INPUTS), i % INPUTS) ? 1 : 0;
  }
  return { steps, geometry: { width: SIDE, height: SIDE }, counts, events: 0, saturated: 0, outside: 0 };
}

/**
 * The label is the XOR of a bit shown at step 1 and a bit shown at step T - 2: no single step, and no sum over
 * steps of anything computed from single steps, can tell it.
 */
export function temporalXor(count: number, steps: number, seed: number): LabelledClip[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => {
    const bits = [random.integer(2), random.integer(2)] as const;
    const shown = new Map([
      [1, bits[0]],
      [steps - 2, bits[1]],
    ]);
    const clip = clipOf(
      steps,
      (step, input) => (shown.get(step) === (input < INPUTS / 2 ? 0 : 1) ? 0.6 : 0.05),
      random,
    );
    return { clip, label: bits[0] ^ bits[1] };
  });
}

/** Every frame is a noisy prototype of its class: one step is enough. */
export function framewise(count: number, steps: number, classes: number, seed: number): LabelledClip[] {
  const random = new SeededRandom(seed);
  const prototypes = new SeededRandom(12345);
  const probability = Array.from({ length: classes * INPUTS }, () =>
    prototypes.uniform() < 0.3 ? 0.5 : 0.08,
  );
  return Array.from({ length: count }, () => {
    const label = random.integer(classes);
    return { clip: clipOf(steps, (_, input) => probability[label * INPUTS + input]!, random), label };
  });
}
