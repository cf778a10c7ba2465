/** Wires the viewer client to the state and the state to the views. */
import 'uplot/dist/uPlot.min.css';
import './styles/main.css';
import { ViewerClient, type ConnectionStatus } from '../../src/live/client.ts';
import { EventImage } from './model/event-image.ts';
import { LiveState } from './model/live-state.ts';
import { ChartsView } from './views/charts-view.ts';
import { DecisionView } from './views/decision-view.ts';
import { EventsView } from './views/events-view.ts';
import { HealthView } from './views/health-view.ts';
import { HistoryView } from './views/history-view.ts';
import { LayersView } from './views/layers-view.ts';
import { MatrixView } from './views/matrix-view.ts';
import { ToolbarView } from './views/toolbar-view.ts';

const state = new LiveState();
const events = new EventImage();
let status: ConnectionStatus = 'connecting';

const eventsView = new EventsView();
const charts = new ChartsView();
const toolbar = new ToolbarView(state, () => {
  eventsView.themeChanged();
  charts.themeChanged();
});
const health = new HealthView();
const views = [new DecisionView(), new MatrixView(), new HistoryView(), new LayersView(), charts, toolbar];

const viewer = new ViewerClient({
  url: new URL('view', location.href.replace(/^http/, 'ws')).href,
  createSocket: (url, protocols) => new WebSocket(url, [...protocols]),
});

/** Takes a message unless the page is paused. */
const unlessPaused =
  <T>(take: (message: T, now: number) => void) =>
  (message: T): void => {
    if (!toolbar.paused) take(message, performance.now());
  };

viewer.status$.subscribe((next) => (status = next));
viewer.welcome$.subscribe((message) => {
  state.takeWelcome(message);
});
viewer.cameras$.subscribe((message) => {
  state.takeCamera(message);
});
viewer.decisions$.subscribe(unlessPaused((message, now) => state.takeDecision(message, now)));
viewer.stats$.subscribe(unlessPaused((message, now) => state.takeStats(message, now)));
viewer.frames$.subscribe(
  unlessPaused((frame, now) => {
    state.takeFrame(frame, now);
    events.push(frame, now);
  }),
);
viewer.connect();

/** Animation frames stop by themselves while the page is hidden. */
function render(): void {
  const now = performance.now();
  if (!toolbar.paused) {
    eventsView.render(state, events, now);
    for (const view of views) view.render(state);
  }
  health.render(state, status, toolbar.paused, now);
  requestAnimationFrame(render);
}
requestAnimationFrame(render);
