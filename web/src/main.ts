/** Wires a source (the server's viewer socket, or the page's own engine) to the state, and the state to the views. */
import 'uplot/dist/uPlot.min.css';
import './styles/main.css';
import { ViewerClient, type ConnectionStatus } from '../../src/live/client.ts';
import type { InPageSink } from './in-page/in-page-camera.ts';
import { InPageControl } from './in-page/in-page-control.ts';
import type { Source } from './model/status.ts';
import { takeToken, tokenHeaders, tokenProtocols } from './model/access-token.ts';
import { EventImage } from './model/event-image.ts';
import { LiveState } from './model/live-state.ts';
import { ChartsView } from './views/charts-view.ts';
import { DecisionView } from './views/decision-view.ts';
import { EventsView } from './views/events-view.ts';
import { HealthView } from './views/health-view.ts';
import { HistoryView } from './views/history-view.ts';
import { LayersView } from './views/layers-view.ts';
import { MatrixView } from './views/matrix-view.ts';
import { NoticeView } from './views/notice-view.ts';
import { ToolbarView } from './views/toolbar-view.ts';

/** What the server says, and what the page finds itself: one of them is shown. */
const live = new LiveState();
const inPage = new LiveState();
let state = live;
const events = new EventImage();
let connection: ConnectionStatus = 'connecting';

const eventsView = new EventsView();
const charts = new ChartsView();
const toolbar = new ToolbarView(
  (camera) => {
    state.select(camera);
    events.beginClip();
  },
  () => {
    eventsView.themeChanged();
    charts.themeChanged();
  },
);
const health = new HealthView();
const views = [new DecisionView(), new MatrixView(), new HistoryView(), new LayersView(), charts, toolbar];

/** Takes messages into a state unless the page is paused; frames only of the state that is shown. */
function sinkOf(target: LiveState): InPageSink {
  const unlessPaused =
    <T>(take: (message: T, now: number) => void) =>
    (message: T): void => {
      if (!toolbar.paused) take(message, performance.now());
    };
  return {
    takeWelcome: (message) => {
      target.takeWelcome(message);
    },
    takeCamera: (message) => {
      target.takeCamera(message);
      if (target === state && message.camera === target.selected) events.beginClip();
    },
    takeDecision: unlessPaused((message, now) => target.takeDecision(message, now)),
    takeStats: unlessPaused((message, now) => target.takeStats(message, now)),
    takeFrame: unlessPaused((frame, now) => {
      if (target.takeFrame(frame, now) && target === state) events.push(frame, now);
    }),
  };
}

const notice = new NoticeView();
const token = takeToken(location, history, sessionStorage);
const viewer = new ViewerClient({
  url: new URL('view', location.href.replace(/^http/, 'ws')).href,
  createSocket: (url, protocols) => new WebSocket(url, [...protocols, ...tokenProtocols(token)]),
});
const liveSink = sinkOf(live);
viewer.status$.subscribe((next) => (connection = next));
viewer.welcome$.subscribe(liveSink.takeWelcome);
viewer.cameras$.subscribe(liveSink.takeCamera);
viewer.decisions$.subscribe(liveSink.takeDecision);
viewer.stats$.subscribe(liveSink.takeStats);
viewer.frames$.subscribe(liveSink.takeFrame);
viewer.connect();
void sayWhatIsMissing();

/** A WebSocket does not say why it was refused; a request does. */
async function sayWhatIsMissing(): Promise<void> {
  const model = new URL('model', location.href);
  const answer = await fetch(model, { method: 'HEAD', headers: tokenHeaders(token) }).catch(() => null);
  if (answer?.status !== 401 && answer?.status !== 403) return;
  viewer.close();
  notice.warn(
    token === null
      ? 'This server wants a token. Open its address with #token=… behind it.'
      : 'This token does not let you watch. Open the address with another #token=… behind it.',
  );
}

const control = new InPageControl({
  sink: sinkOf(inPage),
  notice,
  headers: tokenHeaders(token),
  onChange: (active) => {
    state = active ? inPage : live;
    events.beginClip();
  },
});

function source(): Source {
  return control.active ? { kind: 'page', done: control.done } : { kind: 'live', connection };
}

/** Animation frames stop by themselves while the page is hidden. */
function render(): void {
  // Asked for first: a fault in one picture must not be the last picture.
  requestAnimationFrame(render);
  const now = performance.now();
  control.render();
  health.render(state, source(), toolbar.paused, now);
  if (toolbar.paused) return;
  eventsView.render(state, events, now);
  for (const view of views) view.render(state);
}
requestAnimationFrame(render);
