/** The README's tables of formats: what the registry says, and what the last measurement found. */

const HEAD = ['format', 'read', 'write', 'streaming', 'side channels', 'network'];

const yes = (value) => (value ? 'yes' : '–');

function formatRow(format, forms) {
  const network = forms.filter((form) => form.format === format.id).map(({ name }) => name);
  return [
    format.name,
    'yes',
    yes(format.createEncoder !== undefined),
    yes(format.streaming),
    format.sideChannels.join(', '),
    network.join(', '),
  ];
}

/** A form of no file format. */
function formRow({ name, transport }) {
  return [name, 'yes', '–', 'yes', '', transport.toUpperCase()];
}

export const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/**
 * What is read and written.
 *
 * @param formats the registry of formats.
 * @param forms the list of network forms.
 */
export function formatsTable(formats, forms) {
  const ids = new Set(formats.map(({ id }) => id));
  return table(HEAD, [
    ...formats.map((format) => formatRow(format, forms)),
    ...forms.filter(({ format }) => !ids.has(format)).map(formRow),
  ]);
}

/**
 * Median rates: a row a format and encoding, a column a stream, `decode / encode`.
 *
 * @param measured bench/results/formats.json.
 */
export function ratesTable({ rates, streams }) {
  const columns = Object.keys(streams);
  const ours = rates.filter(({ does }) => does === 'decode' || does === 'encode');
  const names = [...new Set(ours.map(({ name }) => name))];
  const cell = (name, column) => {
    const medianOf = (does) =>
      ours.find((rate) => rate.name === name && rate.stream === column && rate.does === does)?.median;
    return [medianOf('decode'), medianOf('encode')]
      .filter((median) => median !== undefined)
      .map((median) => median.toFixed(0))
      .join(' / ');
  };
  return table(
    ['decode / encode', ...columns],
    names.map((name) => [name, ...columns.map((column) => cell(name, column))]),
  );
}

/** The script that makes a table. */
const SCRIPTS = { filters: 'docs:filters', representations: 'docs:representations' };

/** The text before, between and behind the markers of a table. */
function parts(readme, name) {
  const begin = `<!-- ${name}: made by \`npm run ${SCRIPTS[name] ?? 'docs:formats'}\` -->`;
  const start = readme.indexOf(begin) + begin.length;
  const end = readme.indexOf(`<!-- end of ${name} -->`);
  if (start < begin.length || end < start)
    throw new Error(`README.md lacks the markers of the table "${name}".`);
  return [readme.slice(0, start), readme.slice(start, end), readme.slice(end)];
}

/** What stands between the markers of a table. */
export function tableIn(readme, name) {
  return parts(readme, name)[1].trim();
}

/** The README with another table. */
export function withTable(readme, name, content) {
  const [before, , behind] = parts(readme, name);
  return `${before}\n\n${content}\n\n${behind}`;
}
