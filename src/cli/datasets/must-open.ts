import { ZipSource } from '../../../datasets/sources/zip-source.ts';
import { DownloadError } from './download-error.ts';

/**
 * Where no source states a hash: the directory at a zip archive's end tells that the end came. Other files pass.
 *
 * @param name of the file, whose ending counts; `location` is where its bytes are.
 * @throws DownloadError `BAD_ARCHIVE`
 */
export async function mustOpen(name: string, location: string, place: string): Promise<void> {
  if (!name.toLowerCase().endsWith('.zip')) return;
  const archive = new ZipSource(location);
  try {
    await archive.list();
  } catch (cause) {
    throw new DownloadError('BAD_ARCHIVE', place, `What came of ${name} is no whole archive.`, { cause });
  } finally {
    await archive.close();
  }
}
