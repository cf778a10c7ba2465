/** The parts that data sets come in, by the names that people give their folders. */
import type { DatasetPart } from './dataset.ts';

const NAMES: Readonly<Record<DatasetPart, readonly string[]>> = {
  train: ['train', 'training', 'trainset', 'train_set', 'training_set'],
  validation: ['val', 'valid', 'validation', 'dev', 'valset', 'val_set', 'validation_set'],
  test: ['test', 'testing', 'eval', 'evaluation', 'testset', 'test_set', 'testing_set'],
};

const PARTS = new Map(
  (Object.keys(NAMES) as DatasetPart[]).flatMap((part) => NAMES[part].map((name) => [name, part] as const)),
);

/**
 * The part that a folder's name states, in any spelling of the list: `train`, `Training`, `VAL`, `valid`, `test-set`,
 * `eval`. `null` for any other name.
 *
 * @example
 * ```ts
 * import { partOf } from 'saccade/datasets';
 * console.log(partOf('Valid'), partOf('Train2')); // validation null
 * ```
 */
export function partOf(folderName: string): DatasetPart | null {
  return PARTS.get(folderName.toLowerCase().replaceAll(/[-\s]/g, '_')) ?? null;
}
