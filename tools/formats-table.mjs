/** The table of formats in the README, made from the registry and from the last measurement. */

const BEGIN = '<!-- formats: made by `npm run docs:formats` -->';
const END = '<!-- end of formats -->';
const HEAD = [
  'format',
  'read',
  'write',
  'streaming',
  'side channels',
  'network',
  'decode / encode, M events/s',
];
/** The stream of the measurement that is shown: pixels side by side, as cameras send them. */
const STREAM = 'rows';

/** Median rates of a format, `300 / 150`, each under its name where it was measured in several encodings. */
function speedOf({ id, name }, rates) {
  const ours = rates.filter(({ format, stream }) => format === id && stream === STREAM);
  const names = [...new Set(ours.map((rate) => rate.name))];
  const cells = names.map((encoding) => {
    const median = (does) => {
      const found = ours.find((rate) => rate.name === encoding && rate.does === does);
      return found === undefined ? '–' : found.median.toFixed(0);
    };
    const label = encoding === name ? '' : `${encoding.replace(name, '').trim()} `;
    return `${label}${median('decode')} / ${median('encode')}`;
  });
  return cells.join(', ');
}

const yes = (value) => (value ? 'yes' : '–');

function formatRow(format, forms, rates) {
  const network = forms.filter((form) => form.format === format.id).map(({ name }) => name);
  return [
    format.name,
    'yes',
    yes(format.createEncoder !== undefined),
    yes(format.streaming),
    format.sideChannels.join(', '),
    network.join(', '),
    speedOf(format, rates),
  ];
}

/** A form of no file format. */
function formRow({ name, transport }) {
  return [name, 'yes', '–', 'yes', '', transport.toUpperCase(), ''];
}

/**
 * @param formats the registry of formats.
 * @param forms the list of network forms.
 * @param rates `rates` of bench/results/formats.json; empty where nothing was measured.
 */
export function formatsTable(formats, forms, rates) {
  const ids = new Set(formats.map(({ id }) => id));
  const rows = [
    HEAD,
    HEAD.map(() => '---'),
    ...formats.map((format) => formatRow(format, forms, rates)),
    ...forms.filter(({ format }) => !ids.has(format)).map(formRow),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The text before, between and behind the markers. */
function parts(readme) {
  const start = readme.indexOf(BEGIN) + BEGIN.length;
  const end = readme.indexOf(END);
  if (start < BEGIN.length || end < start)
    throw new Error('README.md lacks the markers of the table of formats.');
  return [readme.slice(0, start), readme.slice(start, end), readme.slice(end)];
}

/** What stands between the markers. */
export function tableIn(readme) {
  return parts(readme)[1].trim();
}

/** The README with another table. */
export function withTable(readme, table) {
  const [before, , behind] = parts(readme);
  return `${before}\n\n${table}\n\n${behind}`;
}

/** A table without its last column, the only one that is not the registry's. */
export function withoutSpeed(table) {
  return table.replaceAll(/ \| [^|]*\|$/gm, ' |');
}
