/** The one list of small recordings, some of each format: the contract, its run in a browser and fuzzing use them. */
import type { ContractSample } from '../helpers/format-contract.ts';
import { aedat1Samples } from './aedat1/samples.ts';
import { aedat2Samples } from './aedat2/samples.ts';
import { aedat3Samples } from './aedat3/samples.ts';
import { aedat4Samples } from './aedat4/samples.ts';
import { atis40Samples } from './atis40/samples.ts';
import { csvSamples } from './csv/samples.ts';
import { datSamples } from './dat/samples.ts';
import { esSamples } from './es/samples.ts';
import { evt2Samples } from './evt2/samples.ts';
import { evt21Samples } from './evt21/samples.ts';
import { evt3Samples } from './evt3/samples.ts';
import { hdf5Samples } from './hdf5/samples.ts';
import { matSamples } from './mat/samples.ts';
import { mcapSamples } from './mcap/samples.ts';
import { streamSamples } from './network/samples.ts';
import { npySamples } from './npy/samples.ts';
import { npzSamples } from './npz/samples.ts';
import { rosbagSamples } from './rosbag/samples.ts';
import { rosbag2Samples } from './rosbag2/samples.ts';
import { packedSamples } from './unpack/samples.ts';

export const formatSamples: readonly ContractSample[] = [
  ...aedat1Samples,
  ...aedat2Samples,
  ...aedat3Samples,
  ...aedat4Samples,
  ...atis40Samples,
  ...csvSamples,
  ...datSamples,
  ...esSamples,
  ...evt2Samples,
  ...evt21Samples,
  ...evt3Samples,
  ...streamSamples,
  ...npySamples,
  ...npzSamples,
  ...hdf5Samples,
  ...matSamples,
  ...rosbagSamples,
  ...rosbag2Samples,
  ...mcapSamples,
  ...packedSamples,
];
