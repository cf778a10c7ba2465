/** The two systems that can be measured: a server in its own process, and the pipeline in this one. */
import type { EventBatch } from '../events/index.ts';
import type { CreateDecoderOptions } from '../formats/index.ts';
import type { InferenceEngine } from '../inference/index.ts';
import { CameraPipeline } from '../live/camera/camera-pipeline.ts';
import { CameraClient, openNodeSocket, replayRecordings, type ReplaySink } from '../live/index.ts';
import type { LatencyTarget } from './experiment.ts';
import { ServerProcess } from './server-process.ts';

/** Time steps that may wait: beyond it the source is paused, or would be if it were not in this process. */
const MAX_QUEUED_STEPS = 1024;

/** See {@link websocketTarget}. */
export interface WebsocketTargetOptions {
  /** Path of the command's entry file. */
  readonly main: string;
  readonly modelFile: string;
  /** More options of `saccade serve`. */
  readonly serveOptions?: readonly string[];
  /** How recordings are read. */
  readonly decoding?: CreateDecoderOptions;
}

/**
 * The real WebSocket path: `saccade serve` in a process of its own, so that the load generator and the server
 * do not share an event loop. The process ends with this one, or when the target is closed.
 *
 * @throws SaccadeError `NO_SERVER`: it ended before it listened.
 */
export async function websocketTarget({
  main,
  modelFile,
  serveOptions = [],
  decoding = {},
}: WebsocketTargetOptions): Promise<LatencyTarget> {
  const serve = [main, 'serve', '--model', modelFile, '--port', '0', '--json', ...serveOptions];
  const server = new ServerProcess(serve);
  const url = await server.ingestUrl();
  let runs = 0;
  return {
    path: 'websocket',
    async run(recordings, rate, onSegment, onBatch, onDecision) {
      const client = new CameraClient({
        url,
        // A name for every run: the server may not have noticed yet that the one before is gone.
        hello: {
          camera: `latency ${++runs}`,
          sensor: decoding.geometry ?? null,
          payload: 'events',
          policy: 'pause',
          ...(decoding.convention && { decoding: { convention: decoding.convention } }),
        },
        createSocket: openNodeSocket,
      });
      client.decisions$.subscribe({
        next: ({ segment, scores, classIndex, ...decision }) => {
          onDecision({
            ...decision,
            recording: segment!.name,
            truth: segment!.label,
            confidence: scores[classIndex]!,
          });
        },
        // Told by whatever is awaited.
        error: () => undefined,
      });
      try {
        await client.connect();
        await replayRecordings(client, recordings, {
          rate,
          decoding,
          batchMicros: 1000,
          onSegment,
          onBatch,
        });
        return await client.end();
      } finally {
        client.close();
      }
    },
    close: () => server.end(),
  };
}

/**
 * The same pipeline without a network, in this process: generator and classifier share one thread.
 *
 * @param decoding how recordings are read.
 */
export function directTarget(engine: InferenceEngine, decoding: CreateDecoderOptions = {}): LatencyTarget {
  return {
    path: 'direct',
    async run(recordings, rate, onSegment, onBatch, onDecision) {
      let failure: Error | undefined;
      const pipeline = new CameraPipeline({
        engine,
        sensor: decoding.geometry ?? null,
        payload: 'events',
        decoding,
        policy: 'pause',
        maxQueuedSteps: MAX_QUEUED_STEPS,
        flushAfterMs: 500,
        onDecision: ({ segment, decision: { scores, classIndex, ...decision } }) => {
          onDecision({
            ...decision,
            recording: segment!.name,
            truth: segment!.label,
            confidence: scores[classIndex]!,
          });
        },
        onError: (error) => (failure ??= error instanceof Error ? error : new Error(String(error))),
      });
      const sink: ReplaySink = {
        startSegment: async (segment) => {
          pipeline.startSegment(segment);
        },
        sendEvents: async (batch: EventBatch) => {
          pipeline.pushEvents(batch, performance.now());
        },
      };
      await replayRecordings(sink, recordings, {
        rate,
        decoding,
        batchMicros: 1000,
        onSegment,
        onBatch,
      });
      await pipeline.end();
      if (failure !== undefined) throw failure;
      return { dropped: pipeline.dropped, sequenceGaps: 0 };
    },
    close: async () => undefined,
  };
}
