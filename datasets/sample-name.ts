import type { Sample } from './dataset.ts';

/**
 * Tells a sample from all others of its data set: ids may repeat between parts. It stays the same when others are added.
 *
 * @example
 * ```ts
 * import { sampleName } from 'saccade/datasets';
 * console.log(sampleName({ part: 'train', id: '7/00001.bin' })); // 'train: 7/00001.bin'
 * ```
 */
export function sampleName({ part, id }: Pick<Sample, 'part' | 'id'>): string {
  return part === null ? id : `${part}: ${id}`;
}
