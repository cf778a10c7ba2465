import { createHash } from 'node:crypto';
import { encodeCanonicalRecords, type EventBatch } from '../../src/events/index.ts';

/** The digest of the canonical stream. */
export function digestOf(batch: EventBatch): string {
  return createHash('sha256').update(encodeCanonicalRecords(batch)).digest('hex');
}
