/** Steps of optimisers beside Adam, which is in `weights`. */

/** Multiplies numbers by a factor. @param count a multiple of 4. */
export function decay(weights: usize, count: i32, factor: f32): void {
  const by = f32x4.splat(factor);
  for (const end = weights + 4 * count; weights < end; weights += 16)
    v128.store(weights, f32x4.mul(v128.load(weights), by));
}

/**
 * One step of gradient descent with momentum: v = momentum * v + g, w = w - rate * v.
 *
 * @param count a multiple of 4.
 */
export function momentumStep(
  weights: usize,
  gradient: usize,
  velocity: usize,
  count: i32,
  rate: f32,
  momentum: f32,
): void {
  for (let at: usize = 0; at < 4 * <usize>count; at += 16) {
    const v = f32x4.add(f32x4.mul(v128.load(velocity + at), f32x4.splat(momentum)), v128.load(gradient + at));
    v128.store(velocity + at, v);
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), f32x4.mul(v, f32x4.splat(rate))));
  }
}
