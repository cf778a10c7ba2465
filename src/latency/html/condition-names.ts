/** What conditions are called: by what differs between them. */
import type { ConditionRecord, Settings } from '../measurement.ts';

const TEXTS: { readonly [Name in keyof Settings]: (value: Settings[Name]) => string } = {
  rate: (rate) => `${rate}×`,
  cameras: (cameras) => `${cameras} ${cameras === 1 ? 'camera' : 'cameras'}`,
  policy: (policy) => policy,
  threads: (threads) => (threads === null ? '' : `${threads} ${threads === 1 ? 'thread' : 'threads'}`),
  windowMs: (windowMs) => (windowMs === null ? '' : `window ${windowMs} ms`),
};
const NAMES = Object.keys(TEXTS) as (keyof Settings)[];

/** Settings of which there is more than one value. */
export function variedSettings(conditions: readonly ConditionRecord[]): (keyof Settings)[] {
  return NAMES.filter((name) => new Set(conditions.map(({ settings }) => settings[name])).size > 1);
}

/** Such settings in words; all of them by default. */
export function settingsName(settings: Settings, names: readonly (keyof Settings)[] = NAMES): string {
  return names
    .map((name) => (TEXTS[name] as (value: unknown) => string)(settings[name]))
    .filter((text) => text !== '')
    .join(', ');
}
