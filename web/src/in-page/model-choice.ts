/** Which model classifies in the page: one that the user opened, else the server's. */
import type { InPageCamera, InPageSink } from './in-page-camera.ts';

/** Extension of model files. */
export const MODEL_SUFFIX = '.safetensors';

/** See the file comment. A file that is no model changes nothing. */
export class ModelChoice {
  #own: { readonly name: string; readonly bytes: Uint8Array } | undefined;
  /** So that what one play said is never shown as another's. */
  #plays = 0;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param headers of a request for the server's model. */
  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = headers;
  }

  /** Name of the file that the user opened, `null` for the server's model. */
  get ownName(): string | null {
    return this.#own?.name ?? null;
  }

  /**
   * Takes a model file in place of the one before.
   *
   * @throws {@link ModelFileError}, {@link NetworkError} or {@link InferenceError} for one that cannot run here.
   */
  async take(file: File): Promise<void> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { InPageCamera } = await import('./in-page-camera.ts');
    const camera = await InPageCamera.open(bytes, '', NOBODY);
    camera.dispose();
    this.#own = { name: file.name, bytes };
  }

  /** Back to the server's model. */
  useServers(): void {
    this.#own = undefined;
  }

  /** Makes the model ready. @throws Error when there is none. */
  async open(sink: InPageSink): Promise<InPageCamera> {
    const bytes = this.#own?.bytes ?? (await serversModel(this.#headers));
    const { InPageCamera } = await import('./in-page-camera.ts');
    return InPageCamera.open(bytes, `page ${++this.#plays}`, sink);
  }
}

const NOBODY: InPageSink = {
  takeWelcome: () => undefined,
  takeCamera: () => undefined,
  takeDecision: () => undefined,
  takeStats: () => undefined,
  takeFrame: () => undefined,
};

async function serversModel(headers: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const response = await fetch(new URL('model', location.href), { headers }).catch(() => undefined);
  if (response?.ok !== true) {
    throw new Error(`There is no server to give the model. Open a model file (${MODEL_SUFFIX}) too.`);
  }
  return new Uint8Array(await response.arrayBuffer());
}
