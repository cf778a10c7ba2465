/** Trains in a worker, as a page would. */
import { engineDigest, ROUNDED } from './engine-digest.ts';

postMessage([
  await engineDigest(),
  await engineDigest(ROUNDED),
  await engineDigest({ threads: 2 }),
  await engineDigest({ ...ROUNDED, threads: 2 }),
]);
