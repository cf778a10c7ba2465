import { startProgress, type Progress } from '../progress.ts';
import { bytesText } from './catalogue-text.ts';

/** A bar for a file: what is there, how fast it comes, how long it takes. There is none before the length is known. */
export class FileProgress {
  readonly #name: string;
  readonly #started = performance.now();
  #bar: Progress | undefined;
  #before: number | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  readonly update = (bytes: number, total: number | null): void => {
    if (total === null) return;
    this.#before ??= bytes;
    this.#bar ??= startProgress('{name} {bar} {percentage} %  {have} of {all}  {rate}/s  ETA {left}', total, {
      ...{ name: this.#name, have: '', all: bytesText(total), rate: '', left: '' },
    });
    const seconds = (performance.now() - this.#started) / 1000;
    // What an earlier run brought says nothing of the host.
    const rate = Math.max(0, bytes - this.#before) / Math.max(seconds, 0.001);
    const left = rate === 0 ? '?' : durationText((total - bytes) / rate);
    this.#bar.update(bytes, { have: bytesText(bytes), rate: bytesText(Math.round(rate)), left });
  };

  readonly stop = (): void => {
    this.#bar?.stop();
  };
}

/** `1 h 5 min`, `4 min 10 s`, `9 s`. */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
