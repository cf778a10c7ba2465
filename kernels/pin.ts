/**
 * A value for a loop: V8 makes constants and splats anew wherever they are used, with up to four instructions, but keeps
 * what was loaded. `scratch` is 16 bytes that nobody needs at the moment.
 */
export function pin(value: v128, scratch: usize): v128 {
  v128.store(scratch, value);
  return v128.load(scratch);
}
