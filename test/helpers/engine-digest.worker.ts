/** Trains in a worker, as a page would. */
import { engineDigest, ROUNDED } from './engine-digest.ts';

postMessage([engineDigest(), engineDigest(ROUNDED)]);
