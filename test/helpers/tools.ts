/** Programs that may be installed or not. */
import { execFileSync } from 'node:child_process';

/** Whether a program can be started. */
export function hasTool(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What a program makes of its standard input. */
export function pipe(name: string, args: readonly string[], input: Uint8Array): Uint8Array {
  return new Uint8Array(
    execFileSync(name, args, { input, maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'ignore'] }),
  );
}
