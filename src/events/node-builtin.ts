/** Modules of Node, asked for at run time: whoever imports them cannot be loaded in a page. */

interface MaybeNode {
  readonly process?: { readonly getBuiltinModule?: (id: string) => unknown };
}

/** A module of Node such as `node:zlib`, as far as `Module` says what is used of it; `undefined` in a page. */
export function nodeBuiltin<Module>(id: string): Module | undefined {
  const { process } = globalThis as MaybeNode;
  return process?.getBuiltinModule?.(id) as Module | undefined;
}
