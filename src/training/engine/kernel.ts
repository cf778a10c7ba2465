/** The compiled kernels. Their source is in kernels/training. */
import { compileKernel } from '../../events/kernels.ts';
import { KERNEL_MODULE as SHARED_MODULE } from './kernel-shared.generated.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';

import type { Space } from './space.ts';

/** What the kernels export. Addresses are bytes; kernels/training says what each does. */
export interface Kernel {
  listSpikes(map: number, pixels: number, stride: number, starts: number, entries: number): void;
  listValues(map: number, pixels: number, stride: number, starts: number, entries: number): void;
  listByChannel(
    starts: number,
    pixels: number,
    channels: number,
    channelStarts: number,
    pixelsOf: number,
  ): void;
  spikeCurrents(conv: number, starts: number, rows: number, out: number): void;
  valueCurrents(conv: number, starts: number, rows: number, out: number): void;
  addStatistics(
    x: number,
    frames: number,
    frameBytes: number,
    height: number,
    width: number,
    channels: number,
    sums: number,
  ): void;
  fire(neurons: number, x: number, spikes: number, first: number, end: number): void;
  driveGradient(
    neurons: number,
    x: number,
    dSpikes: number,
    dDrive: number,
    sums: number,
    firstRow: number,
    endRow: number,
  ): void;
  fireLif(
    neurons: number,
    x: number,
    spikes: number,
    first: number,
    end: number,
    before: number,
    after: number,
  ): void;
  lifDriveGradient(
    neurons: number,
    x: number,
    dSpikes: number,
    dDrive: number,
    sums: number,
    firstRow: number,
    endRow: number,
    before: number,
    behind: number,
  ): void;
  currentGradient(x: number, dDrive: number, pixels: number, channels: number, affine: number): void;
  signInputGradient(
    conv: number,
    g: number,
    frameBytes: number,
    frames: number,
    index: number,
    tables: number,
    sums: number,
  ): void;
  lanesToFrames(sums: number, count: number, frames: number, to: number): void;
  inputGradient(conv: number, g: number, rows: number, to: number): void;
  spikeWeightGradient(
    conv: number,
    lists: number,
    frames: number,
    g: number,
    alpha: number,
    to: number,
    firstTap: number,
    endTap: number,
    first: number,
    end: number,
  ): void;
  valueWeightGradient(
    conv: number,
    lists: number,
    frames: number,
    g: number,
    to: number,
    first: number,
    end: number,
  ): void;
  magnitudes(g: number, height: number, width: number, channels: number, sums: number): void;
  roundGradient(g: number, count: number, key: number, secondKey: number, alpha: number): void;
  codeGradient(g: number, count: number, key: number, secondKey: number, alpha: number, codes: number): void;
  roundingStatistics(
    g: number,
    count: number,
    key: number,
    secondKey: number,
    alpha: number,
    sums: number,
  ): void;
  packSignRows(
    conv: number,
    signs: number,
    words: number,
    table: number,
    scratch: number,
    firstTap: number,
    endTap: number,
  ): void;
  packMapRows(conv: number, map: number, plane: number, words: number, rows: number, some: number): void;
  someInWindows(conv: number, some: number, to: number): void;
  packOutputRows(signs: number, rows: number, channels: number, words: number, table: number): void;
  countedCurrents(conv: number, counting: number, map: number, bits: number, to: number): void;
  countedInputGradient(conv: number, counting: number, codes: number, to: number): void;
  countedWeightGradient(
    conv: number,
    counting: number,
    codes: number,
    frames: number,
    bits: number,
    frameBytes: number,
    to: number,
    first: number,
    end: number,
    most: number,
  ): void;
  integerGradient(
    g: number,
    pixels: number,
    channels: number,
    inverse: number,
    to: number,
    sums: number,
    most: number,
  ): void;
  scaleIntegers(values: number, count: number, alpha: number): void;
  addScaled(to: number, from: number, count: number, factor: number): void;
  addScaledBytes(to: number, from: number, count: number, factor: number): void;
  copyScaled(to: number, from: number, count: number, factor: number): void;
  sumPool(pool: number, from: number, to: number): void;
  maxPool(pool: number, from: number, to: number): void;
  sumPoolGradient(pool: number, g: number, to: number): void;
  maxPoolGradient(pool: number, map: number, pooled: number, g: number, to: number): void;
  sumColumns(weights: number, rows: number, channels: number, first: number, end: number, sums: number): void;
  centre(
    weights: number,
    rows: number,
    channels: number,
    first: number,
    end: number,
    centres: number,
    signs: number,
    sums: number,
  ): void;
  packIndex(signs: number, rows: number, channels: number, first: number, end: number, index: number): void;
  signGradient(
    gradient: number,
    weights: number,
    rows: number,
    channels: number,
    first: number,
    end: number,
    scales: number,
    t: number,
    k: number,
    fan: number,
    sums: number,
    spare: number,
  ): void;
  largest(weights: number, count: number): number;
  quantise(weights: number, count: number, alpha: number, codes: number): void;
  decay(weights: number, count: number, factor: number): void;
  momentumStep(
    weights: number,
    gradient: number,
    velocity: number,
    count: number,
    rate: number,
    momentum: number,
  ): void;
  adam(
    weights: number,
    gradient: number,
    first: number,
    second: number,
    count: number,
    rate: number,
    beta1: number,
    beta2: number,
    firstScale: number,
    secondScale: number,
    epsilon: number,
  ): void;
}

/**
 * The module, compiled once.
 *
 * @param shared for a memory that threads share.
 * @throws what WebAssembly throws where it or its SIMD is not there.
 */
export function kernelModule(shared: boolean): WebAssembly.Module {
  return compileKernel(shared ? SHARED_MODULE : KERNEL_MODULE);
}

/** The kernels on a memory. @throws as {@link kernelModule}. */
export function instantiateKernel({ memory, shared }: Space): Kernel {
  return new WebAssembly.Instance(kernelModule(shared), { env: { memory } }).exports as unknown as Kernel;
}
