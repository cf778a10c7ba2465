/** The cameras of a server's network sources. */
import type { SourceAddress } from './source-address.ts';
import { SourceCamera, type SourceHooks } from './source-camera.ts';
import type { SourceOptions } from './source-options.ts';

/** Which sources a server has. */
export interface SourceCamerasOptions {
  readonly sources?: readonly SourceAddress[];
  readonly sourceOptions?: SourceOptions;
  readonly insecure?: boolean;
}

/** Opens them together and closes them together. */
export class SourceCameras {
  readonly list: SourceCamera[] = [];

  /** @throws OptionError where one cannot be opened; those that were are still to be closed. */
  async open(
    { sources = [], sourceOptions, insecure = false }: SourceCamerasOptions,
    hooks: SourceHooks,
  ): Promise<void> {
    for (const address of sources)
      this.list.push(await SourceCamera.open(address, hooks, { insecure, ...sourceOptions }));
  }

  /** Resolves when all that came is classified, or after a while. */
  async close(withinMs: number): Promise<void> {
    const closed = Promise.all(this.list.map((camera) => camera.close()));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([closed, patience]);
    clearTimeout(timer);
  }
}
