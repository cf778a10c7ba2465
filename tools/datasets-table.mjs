/** The README's table of data sets: what the registry says. */
import { table } from './formats-table.mjs';

const HEAD = ['data set', 'name', 'classes', 'samples', 'pixels', 'format', 'licence', 'download'];

function download(files) {
  const direct = files.filter(({ mirrors }) => mirrors.length > 0).length;
  if (direct === 0) return 'by hand';
  return direct === files.length ? 'yes' : 'in part by hand';
}

function row({
  id,
  title,
  sensor,
  images,
  decoding,
  about: { homepage, classes, recordings, licence, files, format },
}) {
  return [
    homepage === null ? title : `[${title}](${homepage})`,
    `\`${id}\``,
    Array.isArray(classes) ? classes.length : (classes ?? ''),
    recordings?.toLocaleString('en') ?? '',
    sensor === null ? '' : `${sensor.width}x${sensor.height}`,
    images?.codec ?? format ?? decoding.format ?? '',
    licence ?? 'not stated',
    download(files),
  ];
}

/**
 * What is known by name.
 *
 * @param definitions the registry; what has no classes of its own (any folder) is no data set to be had.
 */
export function datasetsTable(definitions) {
  return table(HEAD, definitions.filter(({ about }) => about.classes !== null).map(row));
}
