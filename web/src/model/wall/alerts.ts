/** What is wrong with cameras, in words, and what to do about it. */
import type { CameraTile } from './camera-tile.ts';
import type { Thresholds } from './thresholds.ts';

/** Kinds of alerts, the gravest first. */
export const ALERT_KINDS = ['source', 'dropped', 'late', 'silent', 'gone', 'low'] as const;
/** One of {@link ALERT_KINDS}. */
export type AlertKind = (typeof ALERT_KINDS)[number];

/** In one or two words. */
export const ALERT_NAMES: Readonly<Record<AlertKind, string>> = {
  source: 'source',
  dropped: 'dropped',
  late: 'late',
  silent: 'silent',
  gone: 'gone',
  low: 'low confidence',
};

/** One. */
export interface Alert {
  readonly kind: AlertKind;
  readonly camera: string;
  /** What is wrong. */
  readonly text: string;
  /** What to do. */
  readonly todo: string;
}

/** After a reconnection it takes a moment until all cameras are told. */
const GONE_AFTER_MS = 1_000;

/** What is wrong with a camera now, the gravest first. */
export function alertsOf(tile: CameraTile, thresholds: Thresholds, now: number): Alert[] {
  const alert = (kind: AlertKind, text: string, todo: string): Alert => ({
    kind,
    camera: tile.name,
    text,
    todo,
  });
  const found = [...lossAlerts(tile, alert)];
  if (tile.advice !== undefined) found.unshift(alert('source', tile.advice, ''));
  if (!tile.connected) {
    if (now - tile.changedAt >= GONE_AFTER_MS)
      found.push(
        alert(
          'gone',
          `left ${ageText(now - tile.changedAt)} ago`,
          'Check its power, its network and the program that sends. Forget it if that was meant.',
        ),
      );
    return found;
  }
  const late = Math.max(tile.stats?.latencyMs.p50 ?? 0, tile.stats?.queueAgeMs ?? 0);
  const isSilent = now - tile.eventsAt >= thresholds.silentMs;
  // Of a silent one the latency is that of long ago.
  if (late > thresholds.lateMs && !isSilent)
    found.push(
      alert(
        'late',
        `decisions come ${delayText(late)} after their events, or later`,
        'The server is too busy: let it have fewer cameras, or a faster machine.',
      ),
    );
  if (isSilent)
    found.push(
      alert(
        'silent',
        `no events for ${ageText(now - tile.eventsAt)}`,
        'Check that something moves in front of it, its lens, its cable and the program that sends.',
      ),
    );
  const score = tile.meanScore(thresholds.overWindows);
  if (score !== null && score < thresholds.lowScore)
    found.push(
      alert(
        'low',
        `mean score ${(100 * score).toFixed(0)} % of the last ${windowsText(thresholds.overWindows)}`,
        'See whether it shows what the model was trained on: distance, focus, light, which way is up.',
      ),
    );
  return found;
}

/** What is wrong in the same way with some cameras. */
export interface AlertGroup {
  readonly kind: AlertKind;
  readonly alerts: readonly Alert[];
}

/** Cameras that have the same alert and are listed one by one; more of them are one line. */
const MOST_SINGLE = 3;

/** Alerts for a list that people can read, the gravest first. */
export function groupAlerts(alerts: readonly Alert[]): AlertGroup[] {
  return ALERT_KINDS.flatMap((kind) => {
    const own = alerts.filter((alert) => alert.kind === kind);
    if (own.length > MOST_SINGLE && kind !== 'source') return [{ kind, alerts: own }];
    return own.map((alert) => ({ kind, alerts: [alert] }));
  });
}

function* lossAlerts(
  { newLosses: { list, messages } }: CameraTile,
  alert: (kind: AlertKind, text: string, todo: string) => Alert,
): Generator<Alert, void, undefined> {
  const grave = list.filter(({ matters }) => matters);
  if (grave.length > 0) {
    const isOverload = grave.some(({ reason }) => reason === 'overload');
    yield alert(
      'dropped',
      `left out since somebody looked: ${grave.map(({ count, text }) => `${count.toLocaleString('en')} ${text}`).join(', ')}`,
      isOverload
        ? 'The server is too busy: let it have fewer cameras or events, or a faster machine.'
        : 'Opened, a camera says why under Health.',
    );
  }
  if (messages > 0)
    yield alert(
      'dropped',
      `${messages.toLocaleString('en')} messages never came since somebody looked`,
      'Check the network between the camera and the server.',
    );
}

function delayText(ms: number): string {
  return ms < 10_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(0)} s`;
}

/** `12 s`, `3 min`, `5 h`, `2 days`. */
export function ageText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} days`;
}

function windowsText(count: number): string {
  return count === 1 ? 'window' : `${count} windows`;
}
