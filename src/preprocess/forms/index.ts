/** The one list of forms. */
import { OptionError } from '../../events/index.ts';
import type { OutputForm } from './form.ts';
import { npzForm } from './npz.ts';
import { safetensorsForm } from './safetensors.ts';
import { tonicForm } from './tonic.ts';
import { webdatasetForm } from './webdataset.ts';

export type { OutputForm, OutputSample } from './form.ts';

/** All forms, the default first. */
export const outputForms: readonly OutputForm[] = [npzForm, tonicForm, webdatasetForm, safetensorsForm];

/** @throws OptionError for a name that is none. */
export function outputForm(name: string): OutputForm {
  const found = outputForms.find((form) => form.name === name);
  if (found !== undefined) return found;
  throw new OptionError(
    'form',
    `must be one of ${outputForms.map((form) => form.name).join(', ')}, got ${name}`,
  );
}
