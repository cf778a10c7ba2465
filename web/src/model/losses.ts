/** What was left out, in words, and whether it matters. */
import type { StatsMessage } from '../../../src/live/client.ts';

/** One reason. */
export interface Loss {
  /** As the protocol names it. */
  readonly reason: string;
  readonly text: string;
  readonly count: number;
  /** Whether somebody should do something. */
  readonly matters: boolean;
}

/** See {@link summariseLosses}. */
export interface Losses {
  readonly events: number;
  readonly matters: boolean;
  readonly list: readonly Loss[];
}

/** A share of the events above which a loss matters. */
const MATTERS_ABOVE = 0.01;

interface Reason {
  readonly text: string;
  /** `usual` belongs to the rule that the model was trained by; `share` matters in numbers; `always` is a fault. */
  readonly weight: 'usual' | 'share' | 'always';
  /** What is counted is no events. */
  readonly unit?: 'bytes' | 'records' | 'windows';
}

const REASONS: Readonly<Record<string, Reason>> = {
  'incomplete-window': {
    text: 'behind the last whole window of a recording, as in training',
    weight: 'usual',
  },
  late: { text: 'came after their time step was closed', weight: 'share' },
  saturated: { text: 'beyond the highest count of a pixel', weight: 'share' },
  'outside-sensor': { text: 'outside the sensor', weight: 'share' },
  outlier: { text: 'with an absurd time', weight: 'share' },
  overload: { text: 'because the classifier was too slow', weight: 'always' },
  'cut-off': { text: 'because the gateway was cut off from its cluster', weight: 'always' },
  'no-worker': { text: 'because no worker had room', weight: 'always' },
  'no-answer': { text: 'because the worker did not answer', weight: 'always' },
  undecided: { text: 'of windows that were never decided', weight: 'always' },
  'windows-lost-with-gateway': {
    text: 'at least, open at a gateway that is gone',
    weight: 'always',
    unit: 'windows',
  },
  invalid: { text: 'marked as invalid by the recording', weight: 'share' },
  'before-time': { text: 'before the first word that tells the time', weight: 'share' },
  'other-stream': { text: 'of other streams of the recording', weight: 'usual' },
  'not-a-pixel': { text: 'are no pixel events', weight: 'usual', unit: 'records' },
  'unknown-type': { text: 'are of a type that the format does not name', weight: 'always', unit: 'records' },
  'truncated-bytes': { text: 'at the end belong to no whole event', weight: 'always', unit: 'bytes' },
};

/** Filters are the model's, so what they leave out is as it was in training. */
function reasonOf(reason: string): Reason {
  const filter = /^filter-(.*)$/.exec(reason)?.[1];
  if (filter !== undefined) return { text: `by the filter ${filter}, as in training`, weight: 'usual' };
  return REASONS[reason] ?? { text: reason.replaceAll('-', ' '), weight: 'share' };
}

/** Sums up the losses that statistics tell. */
export function summariseLosses({ dropped, events }: Pick<StatsMessage, 'dropped' | 'events'>): Losses {
  let sum = 0;
  const list = Object.entries(dropped)
    .filter(([, count]) => count > 0)
    .map(([reason, count]): Loss => {
      const { text, weight, unit } = reasonOf(reason);
      if (unit === undefined) sum += count;
      const matters = weight === 'always' || (weight === 'share' && count > MATTERS_ABOVE * events);
      return { reason, text: unit === undefined ? text : `${unit} ${text}`, count, matters };
    });
  return { events: sum, matters: list.some(({ matters }) => matters), list };
}
