/** The compiled kernels. Their source is in kernels/training. */
import { compileKernel } from '../../events/kernels.ts';
import { KERNEL_MODULE } from './kernel.generated.ts';

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
  addStatistics(x: number, height: number, width: number, channels: number, sums: number): void;
  fire(neurons: number, x: number, spikes: number): void;
  driveGradient(neurons: number, x: number, dSpikes: number, dDrive: number, sums: number): void;
  fireLif(neurons: number, x: number, spikes: number): void;
  lifDriveGradient(neurons: number, x: number, dSpikes: number, dDrive: number, sums: number): void;
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
    channelStarts: number,
    reach: number,
    g: number,
    to: number,
    first: number,
    end: number,
  ): void;
  valueWeightGradient(conv: number, starts: number, g: number, to: number, first: number, end: number): void;
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
  packSignRows(conv: number, signs: number, words: number, table: number, scratch: number): void;
  packMapRows(conv: number, map: number, plane: number, words: number, rows: number, some: number): void;
  someInWindows(conv: number, some: number, to: number): void;
  packOutputRows(signs: number, rows: number, channels: number, words: number, table: number): void;
  countedCurrents(conv: number, counting: number, map: number, bits: number, to: number): void;
  countedInputGradient(conv: number, counting: number, codes: number, to: number): void;
  /** The result is an i32 that is meant without a sign. */
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
  ): number;
  integerGradient(
    g: number,
    pixels: number,
    channels: number,
    inverse: number,
    to: number,
    sums: number,
  ): number;
  integerWeightGradient(
    conv: number,
    channelStarts: number,
    reach: number,
    g: number,
    alpha: number,
    to: number,
    first: number,
    end: number,
  ): void;
  scaleIntegers(values: number, count: number, alpha: number): void;
  sumPool(pool: number, from: number, to: number): void;
  maxPool(pool: number, from: number, to: number): void;
  sumPoolGradient(pool: number, g: number, to: number): void;
  maxPoolGradient(pool: number, map: number, pooled: number, g: number, to: number): void;
  sumColumns(weights: number, rows: number, channels: number, sums: number): void;
  centre(
    weights: number,
    rows: number,
    channels: number,
    centres: number,
    centred: number,
    signs: number,
    sums: number,
  ): void;
  packIndex(signs: number, rows: number, channels: number, chunk: number, index: number): void;
  signGradient(
    gradient: number,
    centred: number,
    rows: number,
    channels: number,
    inverse: number,
    t: number,
    k: number,
    fan: number,
    sums: number,
  ): void;
  largest(weights: number, count: number): number;
  quantise(weights: number, count: number, alpha: number, codes: number): void;
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

/** The kernels on a memory. @throws what WebAssembly throws where it or its SIMD is not there. */
export function instantiateKernel(memory: WebAssembly.Memory): Kernel {
  const module = compileKernel(KERNEL_MODULE);
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernel;
}
