import { vi } from 'vitest';
import { run } from '../../src/cli/run.ts';

/** Runs the command line in this process. */
export async function saccade(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: '', err: '' };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((texts.out += String(text)), true)),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((texts.err += String(text)), true)),
  ];
  try {
    const code = await run(args);
    process.exitCode = 0;
    return { code, ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
