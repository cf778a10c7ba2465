/** What preprocessing images does, as plain data: each becomes frames that are the same at every time step. */
import type { FrameDtype, ImageReading } from '../../datasets/index.ts';
import type { PreprocessParameters } from './plan.ts';

/** Everything that decides the bytes of the outputs of images. */
export interface ImageParameters extends Pick<PreprocessParameters, 'dataset' | 'form' | 'packBytes'> {
  readonly images: ImageReading;
  /** T. */
  readonly steps: number;
  readonly dtype: FrameDtype;
}

/** Of recordings or of images. */
export type AnyParameters = PreprocessParameters | ImageParameters;

/** Whether they are of images. */
export function areOfImages(parameters: AnyParameters): parameters is ImageParameters {
  return 'images' in parameters;
}

/** Element types that values of 0 to 255 fit into, the usual one first. */
export const IMAGE_DTYPES: readonly [FrameDtype, ...FrameDtype[]] = [
  'uint8',
  'uint16',
  'int16',
  'float32',
  'float64',
];
