import { readFile } from 'node:fs/promises';
import { ModelFileError, readModel, type Model } from '../network/index.ts';

/**
 * Reads a model file.
 *
 * @throws ModelFileError; a missing file is `NOT_A_MODEL` with the path.
 */
export async function loadModel(path: string): Promise<Model> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    throw new ModelFileError('NOT_A_MODEL', path, 0, `The model file cannot be read: ${code}.`, { cause });
  });
  try {
    return readModel(bytes);
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    const { code, field, byteOffset, problem } = error;
    throw new ModelFileError(code, field, byteOffset, `${path}: ${problem}`, { cause: error });
  }
}
