/** What is wrong, camera by camera, and what to do about it. */
import {
  ALERT_NAMES,
  groupAlerts,
  type Alert,
  type AlertGroup,
  type AlertKind,
} from '../../model/wall/alerts.ts';
import { element, make, setText } from '../dom.ts';

/** Lines of the list; of what is beyond the number is told. */
const MOST_LISTED = 50;
/** Names in a line about many cameras. */
const MOST_NAMES = 6;

interface Row {
  readonly item: HTMLLIElement;
  readonly open: HTMLButtonElement;
  readonly text: HTMLElement;
}

/** See {@link AlertsView}. */
export interface AlertsViewOptions {
  readonly onOpen: (camera: string) => void;
  /** The cameras with such an alert are wanted. */
  readonly onKind: (kind: AlertKind) => void;
  readonly onSeen: () => void;
  readonly onForget: () => void;
}

/** See the file comment. A line stays what it is while its alert lasts, so that it can be clicked. */
export class AlertsView {
  readonly #list = element('alert-list');
  readonly #options: AlertsViewOptions;
  readonly #rows = new Map<string, Row>();

  constructor(options: AlertsViewOptions) {
    this.#options = options;
    element('alerts-seen').addEventListener('click', options.onSeen);
    element('forget-gone').addEventListener('click', options.onForget);
  }

  render(alerts: readonly Alert[]): void {
    element('alerts').hidden = alerts.length === 0;
    element('alerts-seen').hidden = alerts.every(({ kind }) => kind !== 'dropped');
    element('forget-gone').hidden = alerts.every(({ kind }) => kind !== 'gone');
    const groups = groupAlerts(alerts);
    const listed = new Map(groups.slice(0, MOST_LISTED).map((group) => [keyOf(group), group]));
    setText('more-alerts', groups.length > MOST_LISTED ? `and ${groups.length - MOST_LISTED} more` : '');
    for (const [key, { item }] of this.#rows) {
      if (listed.has(key)) continue;
      item.remove();
      this.#rows.delete(key);
    }
    let at = 0;
    for (const [key, group] of listed) {
      const row = this.#rows.get(key) ?? this.#add(key, group);
      const [subject, text] = wordsOf(group);
      if (row.open.textContent !== subject) row.open.textContent = subject;
      if (row.text.textContent !== text) row.text.textContent = text;
      const there = this.#list.children[at++];
      if (there !== row.item) this.#list.insertBefore(row.item, there ?? null);
    }
  }

  #add(key: string, { kind, alerts }: AlertGroup): Row {
    const { onOpen, onKind } = this.#options;
    const [{ camera, todo }] = alerts as [Alert];
    const isSingle = alerts.length === 1;
    const badge = make('span', 'badge', ALERT_NAMES[kind]);
    badge.dataset['kind'] = kind;
    const open = make('button', 'name');
    open.type = 'button';
    open.title = isSingle ? `Open ${camera}` : 'Show only these';
    open.addEventListener('click', () => {
      if (isSingle) onOpen(camera);
      else onKind(kind);
    });
    const said = make('span', 'said');
    const row = { item: make('li'), open, text: make('span') };
    said.append(row.text, ' ', make('span', 'muted', todo));
    row.item.append(badge, open, said);
    this.#rows.set(key, row);
    return row;
  }
}

function keyOf({ kind, alerts }: AlertGroup): string {
  const [{ camera, todo }] = alerts as [Alert];
  return alerts.length === 1 ? `${kind} ${todo} ${camera}` : kind;
}

/** Which cameras, and what is wrong with them. */
function wordsOf({ alerts }: AlertGroup): [subject: string, text: string] {
  const [first] = alerts as [Alert];
  if (alerts.length === 1) return [first.camera, first.text];
  const names = [...new Set(alerts.map(({ camera }) => camera))];
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const listed = names.slice(0, MOST_NAMES).join(', ');
  return [`${names.length} cameras`, `${listed}${more}. Of the first: ${first.text}.`];
}
