/** All cameras of the server: small pictures, verdicts, and what is wrong. */
import { alertsOf, type Alert } from '../../model/wall/alerts.ts';
import { orderTiles, type AlertsByCamera } from '../../model/wall/wall-order.ts';
import type { WallState } from '../../model/wall/wall-state.ts';
import { element, setText } from '../dom.ts';
import { AlertsView } from './alerts-view.ts';
import { TileGrid } from './tile-grid.ts';
import { WallControls } from './wall-controls.ts';

/** Between two looks at what is wrong. */
const LOOK_MS = 250;

/** See the file comment. */
export class WallView {
  readonly #wall: WallState;
  readonly #grid: TileGrid;
  readonly #alerts: AlertsView;
  readonly #controls: WallControls;
  #lookedAt = -Infinity;
  #found: AlertsByCamera = new Map();

  constructor(wall: WallState, onOpen: (camera: string) => void) {
    this.#wall = wall;
    const lookAgain = (): void => {
      this.#lookedAt = -Infinity;
    };
    this.#grid = new TileGrid(onOpen);
    this.#controls = new WallControls(lookAgain);
    this.#alerts = new AlertsView({
      onOpen,
      onKind: (kind) => {
        this.#controls.toggleKind(kind);
      },
      onSeen: () => {
        for (const tile of wall.tiles.values()) tile.look();
        lookAgain();
      },
      onForget: () => {
        wall.forgetGone();
        lookAgain();
      },
    });
  }

  /** Puts the focus on a camera's tile. */
  focus(camera: string | null): void {
    this.#grid.focus(camera);
  }

  themeChanged(): void {
    this.#grid.themeChanged(this.#wall);
  }

  /**
   * @param isShown whether the wall is what is looked at; what is wrong is counted in any case.
   * @param isStale nothing comes from the server.
   */
  render(isShown: boolean, isStale: boolean, now: number): void {
    if (now - this.#lookedAt >= LOOK_MS) {
      this.#lookedAt = now;
      this.#look(isShown, isStale, now);
    }
    if (isShown) this.#grid.render(this.#wall, this.#found, isStale, now);
  }

  #look(isShown: boolean, isStale: boolean, now: number): void {
    const { tiles, connected } = this.#wall;
    const { thresholds, choice } = this.#controls;
    const found = new Map<string, readonly Alert[]>();
    // Without a server nothing is known of cameras.
    if (!isStale) for (const [name, tile] of tiles) found.set(name, alertsOf(tile, thresholds, now));
    else for (const [name] of tiles) found.set(name, []);
    this.#found = found;
    const alerts = [...found.values()].flat();
    const cameras = new Set(alerts.map(({ camera }) => camera)).size;
    setText('alert-count', cameras === 0 ? '' : String(cameras));
    element('alert-count').title = cameras === 0 ? '' : `${cameras} with alerts`;
    if (!isShown) return;
    setText('wall-summary', summaryOf(tiles.size, connected, cameras));
    this.#controls.render(alerts);
    this.#alerts.render(alerts);
    const names = orderTiles(tiles.values(), this.#found, choice);
    element('no-match').hidden = names.length > 0 || tiles.size === 0;
    this.#grid.arrange(names, now);
  }
}

function summaryOf(all: number, connected: number, withAlerts: number): string {
  const gone = all - connected;
  return [
    `${connected} ${connected === 1 ? 'camera' : 'cameras'}`,
    ...(gone > 0 ? [`${gone} left`] : []),
    withAlerts === 0 ? 'no alerts' : `${withAlerts} with alerts`,
  ].join(' · ');
}
