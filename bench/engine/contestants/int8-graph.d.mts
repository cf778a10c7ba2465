import type { Model } from '../../../src/network/index.ts';

export function withFirstThresholds(model: Model): Model;
export function hasInt8Form(model: Model): boolean;
export function int8Graph(model: Model, options?: { readonly spikes?: boolean }): Uint8Array<ArrayBuffer>;
