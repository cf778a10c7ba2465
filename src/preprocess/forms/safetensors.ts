/** Safetensors: `<part>/<class>/<name>.safetensors` with the sample's arrays and its `label`, an int64. */
import { elementBytes, elementNumber, type ElementType } from '../../formats/npy/elements.ts';
import { safetensorsFile } from '../../network/index.ts';
import type { OutputForm } from './form.ts';

const KINDS = { u: 'U', i: 'I', f: 'F', b: 'BOOL' } as const;

/** See the file comment. */
export const safetensorsForm: OutputForm = {
  name: 'safetensors',
  summary: 'a file a sample in folders of classes, with its label, not compressed',
  extension: '.safetensors',
  folderSuffix: '_safetensors',
  statesLabel: true,
  write: ({ arrays, label, id, className, window, representation }) => {
    const labelled = [...arrays, { name: 'label', type: 'int64', shape: [], data: [label!] } as const];
    const tensors = labelled.map((array) => ({
      name: array.name,
      dtype: tensorType(array.type),
      shape: array.shape,
      bytes: elementBytes(array),
    }));
    const about = { id, class: className, window: String(window) };
    return safetensorsFile(tensors, { ...about, ...(representation !== null && { representation }) });
  },
};

function tensorType(type: ElementType): string {
  const { kind, bytes } = elementNumber(type);
  return `${KINDS[kind]}${8 * bytes}`;
}
