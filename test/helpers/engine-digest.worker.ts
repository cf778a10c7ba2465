/** Trains in a worker, as a page would. */
import { engineDigest } from './engine-digest.ts';

postMessage(engineDigest());
