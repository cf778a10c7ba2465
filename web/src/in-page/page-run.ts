/** Plays what the user opened, one recording after the other, whatever becomes of each. */
import type { DecisionMessage } from '../../../src/live/client.ts';
import type { FileResult, FileResults } from '../model/file-results.ts';
import type { InPageCamera, InPageSink, PlayedRecording } from './in-page-camera.ts';
import {
  inPageWords,
  missingFields,
  reasonOf,
  type ReadingField,
  type ReadingOptions,
} from './reading-options.ts';
import { labelOf, type Candidate } from './recordings.ts';

/** See {@link PageRun}. */
export interface PageRunOptions {
  readonly results: FileResults;
  readonly reading: ReadingOptions;
  readonly signal: AbortSignal;
  /** A recording was refused because something is not stated. */
  readonly onMissing: (field: ReadingField) => void;
}

/** See the file comment. Nothing is told any more after the signal. */
export class PageRun {
  readonly #options: PageRunOptions;
  #result: FileResult | undefined;

  constructor(options: PageRunOptions) {
    this.#options = options;
  }

  /** Passes on what the camera says, and keeps the decisions of the recording in hand. */
  sink(target: InPageSink): InPageSink {
    const { signal, results } = this.#options;
    const unlessStopped =
      <T>(take: (message: T) => void) =>
      (message: T): void => {
        if (!signal.aborted) take(message);
      };
    return {
      takeWelcome: unlessStopped(target.takeWelcome),
      takeCamera: unlessStopped(target.takeCamera),
      takeStats: unlessStopped(target.takeStats),
      takeFrame: unlessStopped(target.takeFrame),
      takeDecision: unlessStopped((message: DecisionMessage) => {
        if (message.final && this.#result !== undefined) results.decide(this.#result, message.label);
        target.takeDecision(message);
      }),
    };
  }

  /** Resolves after the last recording, or when the signal comes. */
  async play(camera: InPageCamera, candidates: AsyncIterable<Candidate>): Promise<void> {
    const { results, signal } = this.#options;
    camera.greet();
    for await (const candidate of candidates) {
      if (signal.aborted) return;
      if ('problem' in candidate) results.refuse(candidate.path, candidate.problem);
      else await this.#playOne(camera, candidate.path, candidate.open);
    }
    camera.leave();
    results.finish();
  }

  async #playOne(camera: InPageCamera, path: string, open: () => AsyncIterable<Uint8Array>): Promise<void> {
    const { results, reading, signal, onMissing } = this.#options;
    const label = labelOf(path, camera.model.network.classes);
    const result = results.begin(path, label);
    this.#result = result;
    try {
      const played = await camera.play({ name: path, label, open }, reading, signal);
      if (signal.aborted) results.end(result, 'stopped', 'stopped');
      else results.end(result, played.decisions > 0 ? 'decided' : 'undecided', noteOn(played));
    } catch (error) {
      results.refuse(path, reasonOf(error), result);
      for (const field of missingFields(error)) onMissing(field);
    }
  }
}

/** What should be known of a recording beside its decisions. */
function noteOn({ events, decisions, notes }: PlayedRecording): string {
  if (events === 0) return 'has no events, so nothing is decided';
  const said = notes.map(inPageWords);
  if (decisions > 0) return said.join(' · ');
  return ['too short for a window of the model, so nothing is decided', ...said].join(' · ');
}
