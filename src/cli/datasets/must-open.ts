import { archiveKindOf } from '../../../datasets/sources/archive-kinds.ts';
import { DownloadError } from './download-error.ts';

/**
 * Where no source states a hash: an archive that can be listed ends where it must. Other files pass.
 *
 * @param name of the file, whose ending counts; `location` is where its bytes are.
 * @throws DownloadError `BAD_ARCHIVE`
 */
export async function mustOpen(name: string, location: string, place: string): Promise<void> {
  const kind = archiveKindOf(name);
  if (kind === null || kind.packing !== undefined || kind.isNumbered) return;
  const archive = kind.open({ file: location, location }, {});
  try {
    await archive.list();
  } catch (cause) {
    throw new DownloadError('BAD_ARCHIVE', place, `What came of ${name} is no whole archive.`, { cause });
  } finally {
    await archive.close();
  }
}
