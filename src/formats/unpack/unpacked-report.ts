/** The account of a recording that was packed. */
import type { DecodeNote, DecodeReport, Fault } from '../decode-report.ts';

/** Damage of the packing. */
export interface PackedFault extends Fault {
  /** How many faults of the recording were known then. */
  readonly behind: number;
}

/** What the packing adds to the account of what is in it. */
export interface PackedAccount {
  /** Bytes of the packed file so far. */
  bytes: number;
  readonly faults: PackedFault[];
  readonly notes: DecodeNote[];
}

/** The inner account, with the bytes of the packed file, its damage and what is to be said of it. */
export function unpackedReport(inner: DecodeReport, { bytes, faults, notes }: PackedAccount): DecodeReport {
  const merged = [...inner.faults];
  faults.forEach(({ behind, ...fault }, i) =>
    merged.splice(Math.min(behind, inner.faults.length) + i, 0, fault),
  );
  const added: Pick<DecodeReport, 'bytes' | 'faults' | 'faultCount' | 'notes'> = {
    bytes,
    faults: merged,
    faultCount: inner.faultCount + faults.length,
    notes: [...notes, ...inner.notes],
  };
  return { ...inner, ...added };
}
