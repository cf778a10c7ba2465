/**
 * OpenEB's `metavision_filtering`: a recording through a polarity filter, a region of interest and a mirror. There:
 *
 *     PolarityFilterAlgorithm(1), RoiFilterAlgorithm(x0, y0, x1, y1, true), FlipXAlgorithm(width - 1)
 *
 * Here the same as filters of one chain, which accounts for what each left out.
 */
import { createDecoder, decodeBytes, FilterChain, filterSpec } from 'saccade';
import type { ByteChunks, EventBatch, FilterReport, SensorGeometry } from 'saccade';

/** A rectangle of pixels; the region's own corner becomes (0, 0), as with OpenEB's relative output. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The ON events of a region, mirrored left to right.
 *
 * @param sensor of a recording that does not state it.
 */
export async function filtered(
  recording: ByteChunks,
  sensor: SensorGeometry,
  region: Region,
): Promise<{ readonly batches: readonly EventBatch[]; readonly reports: readonly FilterReport[] }> {
  const decoder = createDecoder();
  const batches: EventBatch[] = [];
  let chain: FilterChain | undefined;
  for await (const batch of decodeBytes(recording, decoder)) {
    chain ??= new FilterChain(
      [
        filterSpec({ filter: 'polarity', keep: 'on' }),
        filterSpec({ filter: 'region', ...region }),
        filterSpec({ filter: 'flip', axis: 'x' }),
      ],
      { sensor: batch.geometry ?? sensor, ownsBatches: false },
    );
    batches.push(...chain.push(batch));
  }
  batches.push(...(chain?.finish() ?? []));
  return { batches, reports: chain?.reports ?? [] };
}
