import { tf, type Tensor } from '../../tf.ts';

/** A kernel as a composite of operations that the backend has. */
export type CompositeKernel = (
  inputs: Readonly<Record<string, Tensor>>,
  attributes: Readonly<Record<string, unknown>>,
) => Tensor;

/** Says that a composite does not cover these arguments: the original kernel runs. */
export const notCovered: unique symbol = Symbol('not covered');

/**
 * Registers a composite under a kernel's name, keeping the original for what it does not cover.
 * Must run after the backend started: starting it sets the originals up.
 */
export function replaceKernel(
  name: string,
  composite: (
    original: CompositeKernel | undefined,
  ) => (...args: Parameters<CompositeKernel>) => Tensor | typeof notCovered,
): void {
  const kernel = tf.getKernel(name, 'wasm') as unknown as
    { kernelFunc: (call: unknown) => Tensor } | undefined;
  const backend = tf.backend();
  const original: CompositeKernel | undefined =
    kernel && ((inputs, attrs) => kernel.kernelFunc({ inputs, attrs, backend }));
  const run = composite(original);
  if (kernel !== undefined) tf.unregisterKernel(name, 'wasm');
  tf.registerKernel({
    kernelName: name,
    backendName: 'wasm',
    kernelFunc: ((call: { inputs: Record<string, Tensor>; attrs: Record<string, unknown> }) => {
      const result = tf.tidy(() => run(call.inputs, call.attrs) as Tensor);
      if ((result as unknown) !== notCovered) return result;
      if (original === undefined) throw new Error(`Kernel ${name} does not cover these arguments.`);
      return original(call.inputs, call.attrs);
    }) as never,
  });
}
