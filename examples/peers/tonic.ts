/**
 * Tonic's README. There:
 *
 *     transform = transforms.Compose([
 *         transforms.Denoise(filter_time=10000),
 *         transforms.ToFrame(sensor_size=sensor_size, n_time_bins=3),
 *     ])
 *     testset = tonic.datasets.NMNIST(save_to='./data', train=False, transform=transform)
 *
 * Here the denoising is number for number Tonic's with `like: 'tonic'` (events before `filter_time` pass). Frames are bins of
 * equal time too: all but the last are Tonic's, and the last one holds what Tonic drops, so no event is lost.
 */
import { binRecording, concatBatches, FilterChain, filterSpec } from 'saccade';
import type { EventBatch, FrameClip, SensorGeometry } from 'saccade';

/** What `Denoise` leaves. */
export function denoise(events: EventBatch, sensor: SensorGeometry, filterTimeMicros: number): EventBatch {
  const filter = filterSpec({ filter: 'background-activity', like: 'tonic', windowMicros: filterTimeMicros });
  const chain = new FilterChain([filter], { sensor, ownsBatches: false });
  return concatBatches([...chain.push(events), ...chain.finish()]);
}

/** Denoised frames, `[bins, 2, H, W]`. */
export function denoisedFrames(events: EventBatch, sensor: SensorGeometry, bins: number): FrameClip {
  const left = denoise(events, sensor, 10_000);
  const [clip] = binRecording(left, { by: 'time', steps: bins, emptyBin: 'zero' }, { sensor });
  return clip!;
}
