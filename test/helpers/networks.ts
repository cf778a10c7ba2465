/** Random networks for property tests. */
import fc from 'fast-check';
import {
  randomNetwork,
  type NetworkDescription,
  type RandomNetworkOptions,
} from '../../src/network/index.ts';

/** Small networks of any form: residual blocks, pools, strides, kernels, paddings, structures of M, sizes, T. */
export function anyNetwork(fixed: RandomNetworkOptions = {}): fc.Arbitrary<NetworkDescription> {
  return fc
    .record({
      seed: fc.integer(),
      steps: fc.integer({ min: 1, max: 6 }),
      height: fc.integer({ min: 2, max: 11 }),
      width: fc.integer({ min: 2, max: 11 }),
      classes: fc.integer({ min: 1, max: 5 }),
      blocks: fc.integer({ min: 0, max: 4 }),
    })
    .map((drawn) => randomNetwork({ ...drawn, ...fixed }));
}
