/** The metrics and what each means. Units are those of Prometheus: seconds, bytes. */
import { Counter, exponentialBuckets, Gauge, Histogram, type Registry } from 'prom-client';

/** Half a millisecond to four seconds. */
const SECONDS = exponentialBuckets(0.0005, 2, 14);

/** All metrics of a server. */
export class Meters {
  // Of cameras.
  readonly events: Counter<'camera' | 'polarity'>;
  readonly receivedBytes: Counter<'camera'>;
  readonly messages: Counter<'camera'>;
  readonly sequenceGaps: Counter<'camera'>;
  readonly sequenceRepeats: Counter<'camera'>;
  readonly eventsDropped: Counter<'camera' | 'reason'>;
  readonly bytesDropped: Counter<'camera'>;
  readonly cameraDecisions: Counter<'camera'>;
  readonly decisionsFlushed: Counter<'camera'>;
  readonly decisionsUnread: Counter<'camera'>;
  readonly queueSteps: Gauge<'camera'>;
  readonly queueAge: Gauge<'camera'>;
  readonly cameraLatency: Gauge<'camera' | 'quantile'>;
  // Of the server.
  readonly decisions: Counter<'class'>;
  readonly layerSeconds: Counter<'layers'>;
  readonly cameras: Gauge;
  readonly viewers: Gauge;
  readonly unsentBytes: Gauge;
  readonly draining: Gauge;
  readonly problems: Gauge;
  readonly problemActive: Gauge<'code'>;
  readonly modelInfo: Gauge<'model' | 'digest' | 'engine'>;
  readonly recordBytes: Gauge;
  readonly recordedBytes: Gauge;
  readonly recordRemovedParts: Gauge;
  readonly recordLostTakes: Gauge;
  readonly recordStopped: Gauge;
  readonly eventToDecision: Histogram;
  readonly dataAge: Histogram;
  readonly inference: Histogram;
  readonly #ofCameras: readonly (Counter | Gauge)[];

  constructor(registry: Registry) {
    const registers = [registry];
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> =>
      new Counter({ name, help, labelNames, registers });
    const gauge = <Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> =>
      new Gauge({ name, help, labelNames, registers });
    const histogram = (name: string, help: string): Histogram =>
      new Histogram({ name, help, buckets: SECONDS, registers });

    this.events = counter('saccade_events_total', 'Events that came, by polarity.', ['camera', 'polarity']);
    this.receivedBytes = counter('saccade_received_bytes_total', 'Bytes of messages from cameras.', [
      'camera',
    ]);
    this.messages = counter('saccade_messages_total', 'Messages from cameras.', ['camera']);
    this.sequenceGaps = counter(
      'saccade_sequence_gaps_total',
      'Messages that never came, by their numbers.',
      ['camera'],
    );
    this.sequenceRepeats = counter(
      'saccade_sequence_repeats_total',
      'Messages that came twice or out of order, by their numbers.',
      ['camera'],
    );
    this.eventsDropped = counter(
      'saccade_events_dropped_total',
      'Events that are in no decision, by reason.',
      ['camera', 'reason'],
    );
    this.bytesDropped = counter('saccade_bytes_dropped_total', 'Bytes that could not be decoded.', [
      'camera',
    ]);
    this.cameraDecisions = counter('saccade_camera_decisions_total', 'Decisions at the end of a window.', [
      'camera',
    ]);
    this.decisionsFlushed = counter(
      'saccade_decisions_flushed_total',
      'Decisions of windows that silence closed.',
      ['camera'],
    );
    this.decisionsUnread = counter('saccade_decisions_unread_total', 'Decisions that cameras did not read.', [
      'camera',
    ]);
    this.queueSteps = gauge('saccade_queue_steps', 'Time steps that wait for the classifier.', ['camera']);
    this.queueAge = gauge(
      'saccade_queue_age_seconds',
      'About how long the time step in front has waited; of cameras under one label the longest.',
      ['camera'],
    );
    this.cameraLatency = gauge(
      'saccade_camera_latency_seconds',
      'From arrival to decision, over the last 512 time steps; of cameras under one label the longest.',
      ['camera', 'quantile'],
    );

    this.decisions = counter('saccade_decisions_total', 'Decisions at the end of a window, by class.', [
      'class',
    ]);
    this.layerSeconds = counter(
      'saccade_layer_seconds_total',
      'Time in the engine, by groups of layers that are computed together: a convolution, and the neuron behind it, whose name they have.',
      ['layers'],
    );
    this.cameras = gauge('saccade_cameras', 'Connections of cameras.', []);
    this.viewers = gauge('saccade_viewers', 'Dashboards.', []);
    this.unsentBytes = gauge(
      'saccade_unsent_bytes',
      'Bytes that wait for cameras and dashboards to read them.',
      [],
    );
    this.draining = gauge('saccade_draining', '1 while the server shuts down.', []);
    this.problems = gauge(
      'saccade_problems',
      'Problems with which the service goes on: a full disk, output that nobody reads. `/healthz` has their texts.',
      [],
    );
    this.problemActive = gauge('saccade_problem_active', '1 for each of the problems that are there.', [
      'code',
    ]);
    this.modelInfo = gauge('saccade_model_info', '1, with the model that is served.', [
      'model',
      'digest',
      'engine',
    ]);
    this.recordBytes = gauge('saccade_record_bytes', 'Size of the record on disk.', []);
    this.recordedBytes = gauge(
      'saccade_record_written_bytes',
      'Bytes that were recorded since the start.',
      [],
    );
    this.recordRemovedParts = gauge(
      'saccade_record_removed_parts',
      'Parts of the record that were removed for those that came, since the start.',
      [],
    );
    this.recordLostTakes = gauge(
      'saccade_record_lost_takes',
      'Connections of cameras of which something was not recorded, since the start.',
      [],
    );
    this.recordStopped = gauge(
      'saccade_record_stopped',
      '1 where nothing is recorded any more: the disk does not take it.',
      [],
    );
    this.eventToDecision = histogram(
      'saccade_event_to_decision_seconds',
      'From the arrival of the message that closed a time step to its decision; without steps that silence closed.',
    );
    this.dataAge = histogram(
      'saccade_data_age_seconds',
      "How far a decision is behind the sensor's clock, against the least of the last minute: waiting in sockets, networks and cameras counts. Without steps that silence closed.",
    );
    this.inference = histogram('saccade_inference_seconds', 'Time of the engine for a time step.');

    this.#ofCameras = [
      this.events,
      this.receivedBytes,
      this.messages,
      this.sequenceGaps,
      this.sequenceRepeats,
      this.eventsDropped,
      this.bytesDropped,
      this.cameraDecisions,
      this.decisionsFlushed,
      this.decisionsUnread,
      this.queueSteps,
      this.queueAge,
      this.cameraLatency,
    ];
  }

  /** Removes all series of a camera. */
  async removeCamera(camera: string): Promise<void> {
    for (const metric of this.#ofCameras) {
      for (const { labels } of (await metric.get()).values)
        if ((labels as { readonly camera?: string }).camera === camera) metric.remove(labels);
    }
  }
}
