/** Progress bars on stderr, for people only: none when stderr is not a terminal. */
import process from 'node:process';
import { Presets, SingleBar } from 'cli-progress';

/** Draws while something runs. */
export interface Progress {
  update(value: number, fields?: Record<string, string>): void;
  stop(): void;
}

/**
 * Starts a bar.
 *
 * @param total 0 where it is not known: there is no bar then.
 * @param format of cli-progress: `{bar}`, `{value}`, `{total}`, `{eta_formatted}` and own fields.
 */
export function startProgress(format: string, total: number, fields: Record<string, string> = {}): Progress {
  if (!process.stderr.isTTY || total === 0) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    { format, stream: process.stderr, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(total, 0, fields);
  // A process that ends at once must give the cursor back.
  const restore = (): void => {
    bar.stop();
  };
  process.once('exit', restore);
  return {
    update: (value, own = {}) => {
      bar.update(value, own);
    },
    stop: () => {
      process.removeListener('exit', restore);
      bar.stop();
    },
  };
}
