/** The kernels that TensorFlow.js's wasm backend lacks or has wrong, as composites of those it has. */
import { installConv2d } from './conv2d.ts';
import { installConv2dBackpropFilter } from './conv2d-backprop-filter.ts';
import { installConv2dBackpropInput } from './conv2d-backprop-input.ts';
import { installMatMul } from './mat-mul.ts';
import { installPoolingGradients } from './pooling-gradients.ts';
import { installUnsortedSegmentSum } from './unsorted-segment-sum.ts';

let installed = false;

/** Installs all of them once. The wasm backend must be the current one and ready. */
export function installWasmKernels(): void {
  if (installed) return;
  installed = true;
  installMatMul();
  installConv2d();
  installConv2dBackpropFilter();
  installConv2dBackpropInput();
  installPoolingGradients();
  installUnsortedSegmentSum();
}
