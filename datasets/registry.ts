/** The one list of data sets. A user's own folder comes last: it takes anything. */
import { aslDvs } from './asl-dvs.ts';
import { cifar10DvsAedat4 } from './cifar10-dvs-aedat4.ts';
import { cifar10Dvs } from './cifar10-dvs.ts';
import { cifar10 } from './cifar10.ts';
import { cifar100 } from './cifar100.ts';
import type { DatasetDefinition, OpenDataset, OpenDatasetOptions } from './dataset.ts';
import { DatasetError } from './errors.ts';
import { dvsGesture } from './dvs-gesture.ts';
import { dvsLip } from './dvs-lip.ts';
import { folder } from './folder.ts';
import { mnistDvs } from './mnist-dvs.ts';
import { navGesture } from './navgesture.ts';
import { ncaltech101 } from './ncaltech101.ts';
import { ncars } from './ncars.ts';
import { nmnist } from './nmnist.ts';
import { pokerDvs } from './poker-dvs.ts';
import { shd } from './shd.ts';
import { ssc } from './ssc.ts';
import { tinyImagenet } from './tiny-imagenet.ts';

/** All data sets. */
export const datasetDefinitions: readonly DatasetDefinition[] = [
  nmnist,
  cifar10Dvs,
  cifar10DvsAedat4,
  ncaltech101,
  dvsGesture,
  ncars,
  pokerDvs,
  mnistDvs,
  dvsLip,
  navGesture,
  aslDvs,
  shd,
  ssc,
  cifar10,
  cifar100,
  tinyImagenet,
  folder,
];

/**
 * Opens a data set on disk.
 *
 * @param id default: whatever the layout looks like.
 * @throws {@link DatasetError} `NOT_FOUND`, `UNKNOWN_LAYOUT`, `EMPTY_DATASET`; `BAD_ARCHIVE`, `UNSAFE_NAME` for archives.
 */
export async function openDataset(
  root: string,
  id?: string,
  options: OpenDatasetOptions = {},
): Promise<OpenDataset> {
  if (id !== undefined) return datasetDefinition(id, root).open(root, options);
  for (const definition of datasetDefinitions)
    if (await definition.detect(root, options)) return definition.open(root, options);
  throw new DatasetError('NOT_FOUND', root, 'There is no such folder or archive.');
}

/**
 * The data set of that name.
 *
 * @param root for the message: what was to be opened as it.
 * @throws {@link DatasetError} `UNKNOWN_LAYOUT`.
 *
 * @example
 * ```ts
 * import { datasetDefinition } from 'saccade/datasets';
 * console.log(datasetDefinition('nmnist').about.recordings); // 70000
 * ```
 */
export function datasetDefinition(id: string, root: string = id): DatasetDefinition {
  const found = datasetDefinitions.find((definition) => definition.id === id);
  if (found !== undefined) return found;
  const known = datasetDefinitions.map((definition) => definition.id).join(', ');
  throw new DatasetError('UNKNOWN_LAYOUT', root, `There is no data set "${id}"; known are ${known}.`);
}
