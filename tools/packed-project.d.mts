/** See packed-project.mjs. */
export interface PackedProject {
  readonly folder: string;
  /** What the tarball holds. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** What npm installs: the package, its dependencies and theirs. */
  readonly packages: readonly { readonly name: string; readonly bytes: number }[];
}

export function packedProject(more?: readonly string[]): PackedProject;
