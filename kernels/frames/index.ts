/** Frames: loops over events that their plain counterparts in src/frames state. */
export { count8, count16, count32 } from './counts';
export { collectVoxels, voxels } from './voxels';
