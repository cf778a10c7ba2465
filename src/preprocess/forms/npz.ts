/** SpikingJelly's layout: `<part>/<class>/<name>.npz`. `np.load` reads it. */
import { writeNpz } from '../../../datasets/index.ts';
import type { OutputForm } from './form.ts';

/** See the file comment. */
export const npzForm: OutputForm = {
  name: 'npz',
  summary: "SpikingJelly's layout, a file a sample in folders of classes",
  extension: '.npz',
  folderSuffix: '',
  statesLabel: false,
  write: ({ arrays, deflating }) => writeNpz(arrays, deflating),
};
