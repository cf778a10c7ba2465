/** Which cameras the wall shows, and in which order. */
import { compareNatural } from '../../../../datasets/sources/source.ts';
import { ALERT_KINDS, type Alert, type AlertKind } from './alerts.ts';
import type { CameraTile } from './camera-tile.ts';

/** Orders of the wall. */
export const SORTS = ['alerts', 'name', 'rate', 'score'] as const;
/** One of {@link SORTS}. */
export type Sort = (typeof SORTS)[number];

/** What people asked for. */
export interface WallChoice {
  readonly sort: Sort;
  /** Part of the name, of the class or of the recording. */
  readonly find: string;
  /** Only cameras with such an alert. */
  readonly kind: AlertKind | null;
}

/** Alerts by camera. */
export type AlertsByCamera = ReadonlyMap<string, readonly Alert[]>;

/** Names of the cameras that are shown, in order. What is equal is ordered by name, as people count. */
export function orderTiles(
  tiles: Iterable<CameraTile>,
  alerts: AlertsByCamera,
  { sort, find, kind }: WallChoice,
): string[] {
  const wanted = find.trim().toLowerCase();
  const shown = [...tiles].filter(
    (tile) =>
      (kind === null || (alerts.get(tile.name) ?? []).some((alert) => alert.kind === kind)) &&
      [tile.name, tile.verdict?.label, tile.segment?.name].some((text) =>
        text?.toLowerCase().includes(wanted),
      ),
  );
  const rank = new Map(shown.map((tile) => [tile, rankOf(tile, sort, alerts)]));
  return shown
    .sort((a, b) => rank.get(a)! - rank.get(b)! || compareNatural(a.name, b.name))
    .map(({ name }) => name);
}

/** The first is the least. */
function rankOf(tile: CameraTile, sort: Sort, alerts: AlertsByCamera): number {
  switch (sort) {
    case 'alerts': {
      const gravest = alerts.get(tile.name)?.[0];
      return gravest === undefined ? ALERT_KINDS.length : ALERT_KINDS.indexOf(gravest.kind);
    }
    case 'rate':
      return tile.connected && tile.stats !== null ? -(tile.stats.onPerSecond + tile.stats.offPerSecond) : 1;
    case 'score':
      return tile.verdict?.score ?? 2;
    case 'name':
      return 0;
  }
}
