/** What readers of rows are told. */
import type { SensorGeometry } from '../../events/index.ts';
import type { ColumnRole } from '../columns.ts';
import type { TimeUnit } from '../time-unit.ts';
import type { NumberColumn } from './numbers.ts';

/** Places are stored in 16 bits. */
export const PLACES = 0x1_0000;

/** The columns of an event. */
export type EventColumns = Readonly<Record<ColumnRole, NumberColumn>>;

/** What is known of the rows. */
export interface RowSettings {
  /** `null` if nothing says it. */
  readonly unit: TimeUnit | null;
  readonly geometry: SensorGeometry | null;
  /** Where a row begins, for faults. */
  readonly placeOf: (row: number) => number;
}
