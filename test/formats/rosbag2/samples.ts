import { Rosbag2Decoder } from '../../../src/formats/index.ts';
import type { ContractSample } from '../../helpers/format-contract.ts';
import { FILES } from './files.ts';

/** A bag that make_bag.py made. */
export function bagFile(name: string): Uint8Array {
  return Uint8Array.from(atob(FILES[`${name}.db3`]!), (letter) => letter.charCodeAt(0));
}

export const rosbag2Samples: readonly ContractSample[] = [
  {
    name: 'ROS 2 bag in SQLite',
    bytes: bagFile('one-camera'),
    open: (options) => new Rosbag2Decoder({ ...options, maxDatabaseBytes: 2 ** 20, maxChunkBytes: 2 ** 20 }),
  },
];
