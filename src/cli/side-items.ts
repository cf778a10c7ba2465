/** Items of side channels as text. */
import { SIDE_CHANNELS, type SideChannelListeners, type SideChannelName } from '../formats/index.ts';

/** Longer arrays (the pixels of frames, mostly) are described instead of written out. */
const MAX_ARRAY = 256;

/** One item as one line of JSON: `{"channel":"trigger","item":{"tMicros":…}}`. */
export function sideLine(channel: SideChannelName, item: object): string {
  return JSON.stringify({ channel, item }, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    const elements = value as Uint8Array;
    if (elements.length > MAX_ARRAY) return { type: elements.constructor.name, length: elements.length };
    return Array.from(elements);
  });
}

/** Listeners for all channels that hand on every item as a line. Listening also makes the report count them. */
export function sideListeners(
  take: (channel: SideChannelName, line: () => string) => void,
): SideChannelListeners {
  return Object.fromEntries(
    SIDE_CHANNELS.map((channel) => [
      channel,
      (item: object): void => {
        take(channel, () => sideLine(channel, item));
      },
    ]),
  );
}

/** The first items of each channel. */
export class SideItems {
  readonly #most: number;
  readonly #lines = new Map<SideChannelName, string[]>();

  constructor(most: number) {
    this.#most = most;
  }

  take(channel: SideChannelName, line: () => string): void {
    const lines = this.#lines.get(channel) ?? [];
    if (lines.length >= this.#most) return;
    lines.push(line());
    this.#lines.set(channel, lines);
  }

  /** Lines of JSON, channel by channel. */
  get lines(): string[] {
    return SIDE_CHANNELS.flatMap((channel) => this.#lines.get(channel) ?? []);
  }
}
