/** What stands between a camera and its feed. */
import type { EventBatch } from '../../events/index.ts';
import type { Feed } from './feed-host.ts';
import type { TransportCounts } from './camera-feed.ts';
import type {
  CameraMessage,
  DisplayFrame,
  RecordingNote,
  SegmentInfo,
  Standstill,
  StatsMessage,
} from '../protocol/index.ts';

/** A feed that hands all on to another: what stands between a camera and its feed changes one thing or two. */
export class PassingFeed implements Feed {
  protected readonly inner: Feed;

  constructor(inner: Feed) {
    this.inner = inner;
  }

  get events(): number {
    return this.inner.events;
  }

  get decisions(): number {
    return this.inner.decisions;
  }

  get dropped(): Readonly<Record<string, number>> {
    return this.inner.dropped;
  }

  get notes(): readonly RecordingNote[] {
    return this.inner.notes;
  }

  get standstill(): Standstill | null {
    return this.inner.standstill;
  }

  isTooOld(receivedAt: number, sentAt?: number): boolean {
    return this.inner.isTooOld(receivedAt, sentAt);
  }

  startSegment(segment: SegmentInfo): void {
    this.inner.startSegment(segment);
  }

  pushEvents(batch: EventBatch, receivedAt: number, sentAt?: number): void {
    this.inner.pushEvents(batch, receivedAt, sentAt);
  }

  pushBytes(bytes: Uint8Array, receivedAt: number, sentAt?: number): void {
    this.inner.pushBytes(bytes, receivedAt, sentAt);
  }

  end(withinMs?: number): Promise<void> {
    return this.inner.end(withinMs);
  }

  describe(connected: boolean): CameraMessage {
    return this.inner.describe(connected);
  }

  takeDisplay(): DisplayFrame | null {
    return this.inner.takeDisplay();
  }

  stats(transport: TransportCounts): StatsMessage {
    return this.inner.stats(transport);
  }

  takeStats(transport: TransportCounts): StatsMessage {
    return this.inner.takeStats(transport);
  }
}
