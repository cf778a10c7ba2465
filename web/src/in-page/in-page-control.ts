/** The button and the drop target that hand recordings to the page's own engine. */
import type { ConnectionStatus } from '../../../src/live/client.ts';
import { element, setText } from '../views/dom.ts';
import type { InPageCamera, InPageSink } from './in-page-camera.ts';

/** What the page is doing, for the status pill. */
export type PageStatus = ConnectionStatus | 'in this page';

const MODEL_SUFFIX = '.safetensors';

/** See the file comment. The engine is loaded when it is first needed. */
export class InPageControl {
  readonly #sink: InPageSink;
  readonly #onChange: (active: boolean) => void;
  readonly #input = element<HTMLInputElement>('open-files');
  #playing: AbortController | undefined;
  #modelFile: Uint8Array | undefined;

  constructor(sink: InPageSink, onChange: (active: boolean) => void) {
    this.#sink = sink;
    this.#onChange = onChange;
    element('open').addEventListener('click', () => {
      if (this.active) this.#stop();
      else this.#input.click();
    });
    this.#input.addEventListener('change', () => {
      void this.#take([...(this.#input.files ?? [])]);
      this.#input.value = '';
    });
    document.addEventListener('dragover', (event) => {
      event.preventDefault();
    });
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      void this.#take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  get active(): boolean {
    return this.#playing !== undefined;
  }

  #stop(): void {
    this.#playing?.abort();
    this.#playing = undefined;
    setText('open', 'Open recordings');
    this.#notice('');
    this.#onChange(false);
  }

  #notice(text: string): void {
    setText('notice', text);
    element('notice').hidden = text === '';
  }

  async #take(files: readonly File[]): Promise<void> {
    const models = files.filter(({ name }) => name.endsWith(MODEL_SUFFIX));
    const recordings = files.filter((file) => !models.includes(file));
    try {
      if (models[0] !== undefined) this.#modelFile = new Uint8Array(await models[0].arrayBuffer());
      if (recordings.length > 0) await this.#play(recordings);
      else if (models.length > 0)
        this.#notice(`${models[0]!.name} is loaded. Open a recording to classify it.`);
    } catch (error) {
      this.#notice(error instanceof Error ? error.message : String(error));
    }
  }

  async #play(files: readonly File[]): Promise<void> {
    this.#playing?.abort();
    const playing = new AbortController();
    this.#playing = playing;
    this.#notice('');
    setText('open', 'Back to live');
    this.#onChange(true);
    let camera: InPageCamera | undefined;
    try {
      const { InPageCamera, recordingOf } = await import('./in-page-camera.ts');
      camera = await InPageCamera.open(await this.#model(), this.#guarded(playing.signal));
      const { classes } = camera.model.network;
      await camera.play(
        files.map((file) => recordingOf(file, classes)),
        playing.signal,
      );
    } finally {
      camera?.dispose();
    }
  }

  /** The model that the user opened, else the server's. */
  async #model(): Promise<Uint8Array> {
    if (this.#modelFile !== undefined) return this.#modelFile;
    const response = await fetch(new URL('model', location.href)).catch(() => undefined);
    if (response?.ok !== true) {
      throw new Error(`There is no server to give the model. Open a model file (${MODEL_SUFFIX}) too.`);
    }
    return new Uint8Array(await response.arrayBuffer());
  }

  /** Nothing more comes from a play that was stopped. */
  #guarded(signal: AbortSignal): InPageSink {
    const sink = this.#sink;
    const unlessStopped =
      <T>(take: (message: T) => void) =>
      (message: T): void => {
        if (!signal.aborted) take(message);
      };
    return {
      takeWelcome: unlessStopped((message) => sink.takeWelcome(message)),
      takeCamera: unlessStopped((message) => sink.takeCamera(message)),
      takeDecision: unlessStopped((message) => sink.takeDecision(message)),
      takeStats: unlessStopped((message) => sink.takeStats(message)),
      takeFrame: unlessStopped((frame) => sink.takeFrame(frame)),
    };
  }
}
