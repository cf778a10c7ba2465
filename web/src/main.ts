/** Wires a source (the server's viewer socket, or the page's own engine) to the state, and the state to the views. */
import 'uplot/dist/uPlot.min.css';
import './styles/main.css';
import './styles/wall.css';
import { ViewerClient, type ConnectionState } from '../../src/live/client.ts';
import type { InPageSink } from './in-page/in-page-camera.ts';
import { InPageControl } from './in-page/in-page-control.ts';
import { takeToken, tokenHeaders, tokenProtocols } from './model/access-token.ts';
import { EventImage } from './model/event-image.ts';
import { watchOf } from './model/focus.ts';
import { LiveState } from './model/live-state.ts';
import { endWords, type Source } from './model/status.ts';
import { WallState } from './model/wall/wall-state.ts';
import { ChartsView } from './views/charts-view.ts';
import { DecisionView } from './views/decision-view.ts';
import { element } from './views/dom.ts';
import { EventsView } from './views/events-view.ts';
import { HealthView } from './views/health-view.ts';
import { HistoryView } from './views/history-view.ts';
import { LayersView } from './views/layers-view.ts';
import { MatrixView } from './views/matrix-view.ts';
import { Navigation } from './views/navigation.ts';
import { NoticeView } from './views/notice-view.ts';
import { ToolbarView } from './views/toolbar-view.ts';
import { WallView } from './views/wall/wall-view.ts';

/** What the server says, and what the page finds itself: one of them is shown. */
const live = new LiveState();
const inPage = new LiveState();
let state = live;
const wall = new WallState();
const events = new EventImage();
let connection: ConnectionState = { status: 'connecting', retryMs: null, error: null };
let connectionSince = 0;
let isRefused = false;
/** The last that the server was told; before that everything comes. */
let watched: ReturnType<typeof watchOf> | null = null;
/** The camera from which people came back to the wall. */
let cameFrom: string | null = null;

const token = takeToken(location, history, sessionStorage);
// Browsers do not load a page again for another end of its address.
addEventListener('hashchange', () => {
  if (takeToken(location, history, sessionStorage) !== token) location.reload();
});

const eventsView = new EventsView();
const charts = new ChartsView();
const navigation = new Navigation((look, before) => {
  for (const { kind, camera } of [before, look].map((one) => ({ camera: null, ...one })))
    if (kind === 'camera' && camera !== null) wall.tiles.get(camera)?.look();
  if (look.kind === 'camera') {
    if (look.camera !== null && look.camera !== live.selected) events.clear();
    live.choose(look.camera);
    scrollTo(0, 0);
  } else cameFrom = before.kind === 'camera' ? (before.camera ?? live.selected) : null;
});
const wallView = new WallView(wall, (camera) => {
  navigation.open(camera);
});
const toolbar = new ToolbarView(
  (camera) => {
    navigation.open(camera);
  },
  () => {
    eventsView.themeChanged();
    charts.themeChanged();
    wallView.themeChanged();
    drawAgain();
  },
);
const health = new HealthView();
const views = [new DecisionView(), new MatrixView(), new HistoryView(), new LayersView(), charts];

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
const viewer = new ViewerClient({
  url: new URL('view', location.href.replace(/^http/, 'ws')).href,
  createSocket: (url, protocols) => new WebSocket(url, [...protocols, ...tokenProtocols(token)]),
});
const liveSink = sinkOf(live);
viewer.welcome$.subscribe((message) => {
  liveSink.takeWelcome(message);
  wall.takeWelcome(message, performance.now());
});
viewer.cameras$.subscribe((message) => {
  liveSink.takeCamera(message);
  wall.takeCamera(message, performance.now());
  navigation.count(wall.connected);
  tellServer();
});
viewer.decisions$.subscribe((message) => {
  liveSink.takeDecision(message);
  wall.takeDecision(message, performance.now());
});
viewer.stats$.subscribe((message) => {
  liveSink.takeStats(message);
  wall.takeStats(message, performance.now());
});
viewer.frames$.subscribe(liveSink.takeFrame);
viewer.summaries$.subscribe((summary) => {
  // What is in full was said already.
  if (watched?.camera !== summary.camera) wall.takeSummary(summary, performance.now());
});
viewer.thumbnails$.subscribe((frame) => {
  wall.takePicture(frame);
});
viewer.connection$.subscribe((next) => {
  const wasOpen = connection.status === 'open';
  connection = next;
  connectionSince = performance.now();
  if (next.error === null || isRefused) return;
  if (next.status === 'closed')
    notice.warn(`${endWords(next.error)}: nothing more comes. Load the page again to try again.`);
  else if (next.status === 'waiting' && !wasOpen) void sayWhatIsMissing();
});
viewer.connect();

/** A WebSocket does not say why it was refused; a request does. */
async function sayWhatIsMissing(): Promise<void> {
  const model = new URL('model', location.href);
  const answer = await fetch(model, { method: 'HEAD', headers: tokenHeaders(token) }).catch(() => null);
  if (answer?.status !== 401 && answer?.status !== 403) return;
  isRefused = true;
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

/** Says what is looked at when that has changed. All of the only camera comes without a word. */
function tellServer(): void {
  const { look } = navigation;
  if (watched === null && look.kind === 'camera' && look.camera === null && !control.active) return;
  const next = watchOf(look, {
    isElsewhere: control.active,
    isHidden: document.hidden,
    followed: live.selected,
  });
  if (next.camera === watched?.camera && next.thumbnails === watched.thumbnails) return;
  watched = next;
  viewer.watch(next);
}
document.addEventListener('visibilitychange', tellServer);

function source(isWall: boolean): Source {
  if (control.active) return { kind: 'page', done: control.done };
  return isRefused ? { kind: 'refused' } : { kind: 'live', connection, since: connectionSince, isWall };
}

/** What the views have drawn; they do it again where something was told since, or the page looks otherwise. */
let drawn: { readonly state: LiveState; readonly version: number } | null = null;
function drawAgain(): void {
  drawn = null;
}
addEventListener('resize', drawAgain);
new ResizeObserver(drawAgain).observe(element('board'));

/** Animation frames stop by themselves while the page is hidden. */
function render(): void {
  // Asked for first: a fault in one picture must not be the last picture.
  requestAnimationFrame(render);
  const now = performance.now();
  const isWall = !control.active && navigation.look.kind === 'wall';
  element('wall').hidden = !isWall;
  element('board').hidden = isWall;
  element('show-wall').hidden = isWall || control.active || wall.tiles.size < 2;
  tellServer();
  control.render();
  health.render(state, source(isWall), toolbar.paused, now);
  toolbar.render(state, isWall);
  if (toolbar.paused) return;
  wallView.render(isWall, connection.status !== 'open', now);
  if (isWall && cameFrom !== null) wallView.focus(cameFrom);
  cameFrom = null;
  if (isWall) {
    // The board has no size while it is hidden.
    drawAgain();
    return;
  }
  eventsView.render(state, events, now);
  if (drawn?.state === state && drawn.version === state.version) return;
  drawn = { state, version: state.version };
  for (const view of views) view.render(state);
}
requestAnimationFrame(render);
