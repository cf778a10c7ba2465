/** The one list of architectures. */
import type { Architecture } from './architecture.ts';
import { compact } from './compact.ts';
import { vggsnn } from './vggsnn.ts';

/** All architectures that `saccade train --network` knows by name. */
export const architectures: readonly Architecture[] = [compact, vggsnn];

export type { Architecture, ArchitectureOptions } from './architecture.ts';
export { describePlain, type PlainStack } from './plain.ts';
