/** Weights in the order of ONNX: output first, then channels, height, width. */
import {
  convPadding,
  convWeights,
  tensorData,
  type ConvSpec,
  type LinearSpec,
  type PackedLayer,
} from '../../network/index.ts';
import type { OnnxAttribute } from './graph.ts';

/** Integer weights and their shape. */
export interface OnnxWeights {
  readonly dims: readonly number[];
  readonly weights: Int8Array;
}

/**
 * `[filters, channels, kernel, kernel]`.
 *
 * @param negated filters with a 1 get the opposite weights.
 */
export function convKernel(layer: PackedLayer<ConvSpec>, negated?: ArrayLike<number>): OnnxWeights {
  const { kernel, filters } = layer.spec;
  const channels = layer.input.shape[2];
  const codes = convWeights(layer);
  const weights = new Int8Array(codes.length);
  const taps = kernel * kernel;
  for (let tap = 0, i = 0; tap < taps; tap++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let f = 0; f < filters; f++, i++) {
        weights[(f * channels + channel) * taps + tap] = negated?.[f] === 1 ? -codes[i]! : codes[i]!;
      }
    }
  }
  return { dims: [filters, channels, kernel, kernel], weights };
}

/** Attributes of a `Conv`. */
export function convAttributes(layer: PackedLayer<ConvSpec>): Record<string, OnnxAttribute> {
  const { kernel, stride } = layer.spec;
  const { top, left, bottom, right } = convPadding(layer);
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [top, left, bottom, right],
  };
}

/** `[channels * height * width, units]`. */
export function linearMatrix(layer: PackedLayer<LinearSpec>): OnnxWeights {
  const { units } = layer.spec;
  const [height, width, channels] = layer.input.shape;
  const codes = tensorData(layer, 'weight', 'I8');
  const pixels = height * width;
  const weights = new Int8Array(codes.length);
  for (let pixel = 0, i = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < channels; c++) {
      for (let unit = 0; unit < units; unit++, i++) {
        weights[(c * pixels + pixel) * units + unit] = codes[i]!;
      }
    }
  }
  return { dims: [pixels * channels, units], weights };
}
