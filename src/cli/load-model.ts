import { readFile } from 'node:fs/promises';
import { ModelFileError, readAnyModel, readModel, type AnyModel, type Model } from '../network/index.ts';

/**
 * Reads a model file.
 *
 * @throws ModelFileError; a missing file is `NOT_A_MODEL` with the path, and a model of images `TAKES_IMAGES`.
 */
export function loadModel(path: string): Promise<Model> {
  return load(path, readModel);
}

/** The same for models of recordings and of images. @throws ModelFileError */
export function loadAnyModel(path: string): Promise<AnyModel> {
  return load(path, readAnyModel);
}

async function load<Kind>(path: string, read: (file: Uint8Array) => Kind): Promise<Kind> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    throw new ModelFileError('NOT_A_MODEL', path, 0, `The model file cannot be read: ${code}.`, { cause });
  });
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    const { code, field, byteOffset, problem } = error;
    throw new ModelFileError(code, field, byteOffset, `${path}: ${problem}`, { cause: error });
  }
}
