/** SpikingJelly's layout: `<part>/<class>/<name>.npz`. `np.load` reads it. */
import { writeNpz } from '../../../datasets/index.ts';
import type { NamedArray } from '../../formats/npy/elements.ts';
import type { OutputForm } from './form.ts';

/** What frames of other values than counts hold, as bytes of UTF-8: `bytes(archive["representation"]).decode()`. */
function representationArray(representation: string | null): readonly NamedArray[] {
  if (representation === null || representation === 'counts') return [];
  const data = new TextEncoder().encode(representation);
  return [{ name: 'representation', type: 'uint8', shape: [data.length], data }];
}

/** See the file comment. */
export const npzForm: OutputForm = {
  name: 'npz',
  summary: "SpikingJelly's layout, a file a sample in folders of classes",
  extension: '.npz',
  folderSuffix: '',
  statesLabel: false,
  write: ({ arrays, deflating, representation }) =>
    writeNpz([...arrays, ...representationArray(representation)], deflating),
};
