/** What rooms with WebAssembly kernels share. */

const modules = new Map<string, WebAssembly.Module>();

/**
 * A kernel, given in base64, compiled once.
 *
 * @throws what WebAssembly throws where it, its SIMD or compilation is not available: no support, or a page's content
 * security policy forbids it.
 */
export function compileKernel(code: string): WebAssembly.Module {
  let module = modules.get(code);
  if (module === undefined) {
    module = new WebAssembly.Module(Uint8Array.from(atob(code), (character) => character.charCodeAt(0)));
    modules.set(code, module);
  }
  return module;
}

/**
 * Places of named fields in the block of parameters and counts that a kernel shares with what calls it: that of each name
 * in an array of numbers, in the order of the kernel's own `Block`, from `first` on.
 */
export function fieldPlaces<Name extends string>(
  names: readonly Name[],
  first: number,
): Readonly<Record<Name, number>> {
  return Object.fromEntries(names.map((name, i) => [name, first + i])) as Record<Name, number>;
}
