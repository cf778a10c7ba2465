/** What a worker says of itself. */
import * as v from 'valibot';

/** See the file comment. */
export interface WorkerInfo {
  /** Of its model file: a gateway uses workers of its own model. */
  readonly model: string;
  /** Cameras that it works for, and most that it takes. */
  readonly cameras: number;
  readonly capacity: number;
  /** It ends: cameras go elsewhere when their windows are done. */
  readonly isLeaving: boolean;
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const schema: v.GenericSchema<unknown, WorkerInfo> = v.object({
  model: v.string(),
  cameras: count,
  capacity: count,
  isLeaving: v.boolean(),
});

/** `null` for what is none. */
export function readWorkerInfo(info: unknown): WorkerInfo | null {
  const { success, output } = v.safeParse(schema, info);
  return success ? output : null;
}
