/** Keeps the account of a decode. */
import type { EventBatch } from '../events/index.ts';
import type { DecodeReport, DropReason } from './decode-report.ts';

/** A report that can be written to; decoders own one. */
export class ReportBuilder implements DecodeReport {
  readonly format: string;
  readonly variant: string;
  bytes = 0;
  headerBytes = 0;
  headerLines: readonly string[] = [];
  events = 0;
  on = 0;
  tFirst: number | null = null;
  tLast: number | null = null;
  readonly dropped: Record<DropReason, number> = { 'not-a-pixel': 0, 'outside-sensor': 0 };
  wraps = 0;
  backwardSteps = 0;
  truncatedBytes = 0;
  truncatedAt: number | null = null;

  constructor(format: string, variant: string) {
    this.format = format;
    this.variant = variant;
  }

  /** Counts a batch that is about to be delivered. */
  deliver({ length, t, p }: EventBatch): void {
    if (length === 0) return;
    this.tFirst ??= t[0]!;
    let previous = this.tLast ?? t[0]!;
    let on = 0;
    let backward = 0;
    for (let i = 0; i < length; i++) {
      const time = t[i]!;
      if (time < previous) backward++;
      previous = time;
      on += p[i]!;
    }
    this.events += length;
    this.on += on;
    this.backwardSteps += backward;
    this.tLast = previous;
  }

  /** The last record is incomplete. */
  truncate(bytes: number): void {
    if (bytes === 0) return;
    this.truncatedBytes = bytes;
    this.truncatedAt = this.bytes - bytes;
  }
}
