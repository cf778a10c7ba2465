/** What became of files, for people. */
import { failureText } from '../failure.ts';
import { bytesText } from './catalogue-text.ts';
import type { FileOutcome } from './download-dataset.ts';
import type { VerifiedFile } from './verify-file.ts';

/** A line a file, when it is done. */
export function outcomeText(outcome: FileOutcome): string {
  const { name } = outcome;
  if ('error' in outcome) return `${name}: ${failureText(outcome.error)}\n`;
  if ('there' in outcome) return `${name}: there already, ${stateText(outcome.there)}\n`;
  const { bytes, resumedFrom, checked, sha256, url } = outcome.downloaded;
  const resumed = resumedFrom === 0 ? '' : `, ${bytesText(resumedFrom)} of them by an earlier run`;
  const hash = checked ? 'its hash is the stated one' : `no source states a hash; sha256 ${sha256}`;
  return `${name}: ${bytesText(bytes)}${resumed}, ${hash} (${url})\n`;
}

/** What reading a file found. */
export function stateText({ state, problem, sha256 }: VerifiedFile): string {
  switch (state) {
    case 'stated':
      return 'its hash is the stated one';
    case 'as-downloaded':
      return 'as it was downloaded; no source states a hash';
    case 'unchecked':
      return `not checked: ${problem ?? ''}; sha256 ${sha256 ?? ''}`;
    case 'wrong':
      return `WRONG: ${problem ?? ''}`;
    case 'missing':
      return 'missing';
  }
}
