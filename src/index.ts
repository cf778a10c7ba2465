/** saccade: event cameras to decisions. The core, for Node and browsers. */
export * from './events/index.ts';
export * from './filters/index.ts';
export * from './formats/index.ts';
export * from './frames/index.ts';
export * from './inference/index.ts';
export * from './network/index.ts';
export * from './pipeline/index.ts';
