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

/** Opens them; they end as all cameras do. */
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
}
