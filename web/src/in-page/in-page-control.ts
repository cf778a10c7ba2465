/** The buttons and the drop target that hand recordings and models to the page's own engine. */
import { FileResults } from '../model/file-results.ts';
import { element } from '../views/dom.ts';
import { FilesView } from '../views/files-view.ts';
import type { NoticeView } from '../views/notice-view.ts';
import { fromDrop, fromInput, type Chosen } from './chosen-files.ts';
import { DropTarget } from './drop-target.ts';
import type { InPageSink } from './in-page-camera.ts';
import { MODEL_SUFFIX, ModelChoice } from './model-choice.ts';
import { ReadingForm } from './reading-form.ts';

const EVERYTHING = (): boolean => true;

/** See {@link InPageControl}. */
export interface InPageControlOptions {
  readonly sink: InPageSink;
  readonly notice: NoticeView;
  /** Of requests to the server. */
  readonly headers: Readonly<Record<string, string>>;
  readonly onChange: (active: boolean) => void;
}

/** See the file comment. The engine is loaded when it is first needed. */
export class InPageControl {
  readonly #sink: InPageSink;
  readonly #onChange: (active: boolean) => void;
  readonly #model: ModelChoice;
  readonly #notice: NoticeView;
  readonly #files = new FilesView();
  readonly #form = new ReadingForm(() => void this.#again());
  #playing: AbortController | undefined;
  #results = new FileResults();
  #chosen: Chosen = { files: [], hidden: 0, problems: [] };

  constructor({ sink, notice, headers, onChange }: InPageControlOptions) {
    this.#sink = sink;
    this.#notice = notice;
    this.#model = new ModelChoice(headers);
    this.#onChange = onChange;
    this.#input('open', 'open-files');
    this.#input('open-folder', 'open-folder-files');
    new DropTarget((transfer) => void fromDrop(transfer).then((chosen) => this.#take(chosen)));
    element('back-to-live').addEventListener('click', () => {
      this.#stop();
    });
    element('server-model').addEventListener('click', () => {
      this.#model.useServers();
      this.#notice.say('Recordings are classified by the server’s model again.');
      // What stands there was said by the other model.
      if (this.active) void this.#play(EVERYTHING);
    });
  }

  get active(): boolean {
    return this.#playing !== undefined;
  }

  /** Whether the last recording was played. */
  get done(): boolean {
    return this.#results.isDone;
  }

  render(): void {
    this.#files.render(this.#results, this.active, this.#model.ownName);
  }

  #input(button: string, id: string): void {
    const input = element<HTMLInputElement>(id);
    element(button).addEventListener('click', () => {
      input.click();
    });
    input.addEventListener('change', () => {
      const chosen = fromInput(input.files ?? []);
      input.value = '';
      void this.#take(chosen);
    });
  }

  #stop(): void {
    this.#playing?.abort();
    this.#playing = undefined;
    this.#results = new FileResults();
    this.#notice.clear();
    this.#onChange(false);
  }

  async #take(chosen: Chosen): Promise<void> {
    this.#notice.clear();
    const models = chosen.files.filter(({ path }) => path.endsWith(MODEL_SUFFIX));
    const files = chosen.files.filter((file) => !models.includes(file));
    for (const { path, file } of models) await this.#takeModel(path, file, files.length > 0);
    if (files.length + chosen.problems.length > 0) {
      this.#chosen = { ...chosen, files };
      await this.#play(EVERYTHING);
    } else if (models.length === 0) {
      this.#notice.warn('There is no file in what was opened.');
    }
  }

  async #takeModel(path: string, file: File, withRecordings: boolean): Promise<void> {
    try {
      await this.#model.take(file);
      if (!withRecordings && !this.active)
        this.#notice.say(`${path} is loaded. Open a recording to classify it.`);
      else if (!withRecordings) await this.#play(EVERYTHING);
    } catch (error) {
      const before = this.#model.ownName ?? 'the server’s model';
      this.#notice.warn(
        `${path} cannot be used as a model: ${error instanceof Error ? error.message : String(error)} ` +
          `The page goes on with ${before}.`,
      );
    }
  }

  /** Plays what was refused once more, or everything where nothing was. */
  async #again(): Promise<void> {
    const { refusedPaths } = this.#results;
    if (this.#chosen.files.length === 0) return;
    await this.#play(refusedPaths.size === 0 ? EVERYTHING : (path) => refusedPaths.has(path));
  }

  async #play(isWanted: (path: string) => boolean): Promise<void> {
    this.#playing?.abort();
    const playing = new AbortController();
    this.#playing = playing;
    const results = new FileResults();
    results.hidden = this.#chosen.hidden;
    this.#results = results;
    this.#onChange(true);
    try {
      const [{ PageRun }, { candidatesOf }] = await Promise.all([
        import('./page-run.ts'),
        import('./recordings.ts'),
      ]);
      const run = new PageRun({
        results,
        reading: this.#form.options,
        signal: playing.signal,
        onMissing: (field) => {
          this.#form.ask(field);
        },
      });
      const camera = await this.#model.open(run.sink(this.#sink));
      try {
        await run.play(camera, candidatesOf(this.#chosen, isWanted));
      } finally {
        camera.dispose();
      }
    } catch (error) {
      if (playing.signal.aborted) return;
      this.#stop();
      this.#notice.warn(error instanceof Error ? error.message : String(error));
    }
  }
}
