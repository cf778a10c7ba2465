/** What the registry says of filters: a row each for the README, a section each for docs/filters.md. */
import { table } from './formats-table.mjs';

function valuesOf(option) {
  switch (option.kind) {
    case 'flag':
      return 'true, false';
    case 'choice':
      return option.choices.join(', ');
    case 'text':
      return 'text';
    default:
      return `${option.min} to ${option.max}${option.unit === undefined ? '' : ` ${option.unit}`}`;
  }
}

/** An option of a filter or representation as a row: name, meaning, values, default. */
export function optionRow([name, option]) {
  return [
    `\`${name}\``,
    option.text,
    valuesOf(option),
    option.default === undefined ? 'must be stated' : `${option.default}`,
  ];
}

/** What filters there are. @param filters the registry. */
export function filtersTable(filters) {
  const row = ({ id, summary, source }) => [`\`${id}\``, summary, source];
  return table(['filter', 'does', 'from'], filters.map(row));
}

function sectionOf({ id, summary, options, presets = {}, source, example }) {
  const like = Object.keys(presets).map((name) => `\`like:${name}\``);
  const rows = Object.entries(options).map(optionRow);
  return [
    `## ${id}`,
    `${summary[0].toUpperCase()}${summary.slice(1)}: \`--filter ${example}\`. From ${source}.`,
    ...(rows.length === 0 ? [] : [table(['option', 'is', 'values', 'default'], rows)]),
    ...(like.length === 0 ? [] : [`Peers' values: ${like.join(', ')}.`]),
  ].join('\n\n');
}

/** The options of each. */
export function filterSections(filters) {
  return filters.map(sectionOf).join('\n\n');
}
