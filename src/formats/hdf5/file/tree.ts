/** Objects of a file by their paths. */
import type { SensorGeometry } from '../../../events/index.ts';
import type { ByteTask } from '../../random-access.ts';
import { readAttributes, type AttributeValue } from './attributes.ts';
import { isDataset, readDataset, type Dataset } from './dataset.ts';
import type { Hdf5File } from './file-reader.ts';
import { isGroup, readMembers, type Members } from './group.ts';
import { readObject, type Hdf5Object } from './object-header.ts';

/** What is read of a file is kept: groups are few, and layouts look at the same ones. */
export class Hdf5Tree {
  readonly file: Hdf5File;
  readonly #objects = new Map<number, Hdf5Object>();
  readonly #members = new Map<number, Members>();

  constructor(file: Hdf5File) {
    this.file = file;
  }

  /** The object at a path (`/events/t`), `null` where there is none. */
  *object(path: string): ByteTask<Hdf5Object | null> {
    let address = this.file.root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      const next = (yield* this.#membersAt(address)).get(name);
      if (next === undefined) return null;
      address = next;
    }
    return yield* this.#objectAt(address);
  }

  /** The dataset at a path, `null` where there is none. */
  *dataset(path: string): ByteTask<Dataset | null> {
    const object = yield* this.object(path);
    return object !== null && isDataset(object) ? yield* readDataset(object, path) : null;
  }

  /** Names of a group's members; none where there is no group. */
  *names(path: string): ByteTask<readonly string[]> {
    const object = yield* this.object(path);
    return object === null ? [] : [...(yield* this.#membersAt(object.address)).keys()];
  }

  /** Texts and numbers beside the object at a path. */
  *attributes(path: string): ByteTask<ReadonlyMap<string, AttributeValue>> {
    const object = yield* this.object(path);
    return object === null ? new Map() : yield* readAttributes(object);
  }

  *#objectAt(address: number): ByteTask<Hdf5Object> {
    const known = this.#objects.get(address);
    if (known !== undefined) return known;
    const object = yield* readObject(this.file, address);
    this.#objects.set(address, object);
    return object;
  }

  *#membersAt(address: number): ByteTask<Members> {
    const known = this.#members.get(address);
    if (known !== undefined) return known;
    const object = yield* this.#objectAt(address);
    const members = isGroup(object) ? yield* readMembers(object) : new Map<string, number>();
    this.#members.set(address, members);
    return members;
  }
}

/** The sensor's size as attributes state it: `geometry` of `640x480`, or `width` and `height`. */
export function statedGeometry(attributes: ReadonlyMap<string, AttributeValue>): SensorGeometry | null {
  const text = attributes.get('geometry');
  const [, columns, rows] = (typeof text === 'string' ? /^(\d+)x(\d+)$/.exec(text) : null) ?? [];
  const width = sensorSize(columns ?? attributes.get('width'));
  const height = sensorSize(rows ?? attributes.get('height'));
  return width === null || height === null ? null : { width, height };
}

function sensorSize(value: AttributeValue | undefined): number | null {
  const size = Number(typeof value === 'string' ? value : value?.[0]);
  return Number.isInteger(size) && size > 0 && size <= 0x1_0000 ? size : null;
}
