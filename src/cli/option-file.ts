/** Files that options name. */
import { readFile } from 'node:fs/promises';
import { OptionError } from '../events/index.ts';

/** The text of the file that an option names. @throws OptionError */
export async function readOptionFile(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new OptionError(option, `names a file that cannot be read: ${file} (${reason})`, { cause });
  }
}

/** The JSON in the file that an option names. @throws OptionError */
export async function readJsonOption(option: string, file: string): Promise<unknown> {
  const text = await readOptionFile(option, file);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new OptionError(option, `names a file that is not JSON: ${file}`, { cause });
  }
}
