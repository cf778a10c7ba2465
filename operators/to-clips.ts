import { Observable, type OperatorFunction } from 'rxjs';
import { clipFromFrames, type FrameClip, type StepFrame } from '../src/frames/index.ts';

/**
 * Joins the time steps of each window into one clip `[steps, 2, height, width]`. A window that does not come
 * to its last step is left out.
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { batchFromTuples } from 'saccade';
 * import { sliceByCount, toClips, toFrames } from 'saccade/operators';
 * const sensor = { width: 2, height: 2 };
 * from([batchFromTuples([[0, 1, 1, 1], [5, 0, 1, 0], [9, 0, 0, 0]], sensor)])
 *   .pipe(sliceByCount({ stepEvents: 1, steps: 2 }), toFrames(), toClips())
 *   .subscribe(({ steps, events }) => console.log(steps, events)); // 2 2
 * ```
 */
export function toClips(): OperatorFunction<StepFrame, FrameClip> {
  return (frames) =>
    new Observable((subscriber) => {
      let window: StepFrame[] = [];
      return frames.subscribe({
        next(frame) {
          if (frame.step === 0) window = [];
          window.push(frame);
          if (frame.step !== frame.steps - 1) return;
          const clip = clipFromFrames(window);
          window = [];
          subscriber.next(clip);
        },
        error(error) {
          subscriber.error(error);
        },
        complete() {
          subscriber.complete();
        },
      });
    });
}
