/** Which format a conversion writes. */
import { OptionError } from '../events/index.ts';
import { findFormat, hasExtension, writableFormats, type EventFormat } from '../formats/index.ts';

/** What is known of it. */
export interface TargetRequest {
  readonly output: string;
  /** Identifier of the output's format. Default: what the output's extension says. */
  readonly to?: string | undefined;
  /** Whether the input's format is preferred where the extension allows several. */
  readonly keepFormat: boolean;
}

/** The format to write. @throws OptionError where nothing tells it. */
export function targetFormat({ to, output, keepFormat }: TargetRequest, from: EventFormat): EventFormat {
  const stated = to === undefined ? undefined : findFormat(to);
  if (stated !== undefined) return stated;
  const writable = writableFormats();
  const candidates = writable.filter((format) => hasExtension(format, output));
  if (keepFormat && candidates.includes(from)) return from;
  if (candidates.length === 1) return candidates[0]!;
  const list = (formats: readonly EventFormat[]): string =>
    formats.map(({ id, name }) => `${id} (${name})`).join(', ');
  throw new OptionError(
    '--to',
    candidates.length === 0
      ? `is needed: the extension of ${output} is of no format that saccade writes: ${list(writable)}`
      : `is needed: by its extension ${output} could be ${list(candidates)}`,
  );
}
