/** The README's table of filters: what the registry says. */
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

/** `windowMicros`: what it is, its values, and what holds where it is not stated. */
function optionText([name, option]) {
  const usual = option.default === undefined ? 'must be stated' : `else ${option.default}`;
  return `\`${name}\` ${option.text} (${valuesOf(option)}; ${usual})`;
}

function rowOf({ id, summary, options, presets = {}, source, example }) {
  const like = Object.keys(presets).map((name) => `\`like:${name}\``);
  const described = Object.entries(options).map(optionText);
  return [
    `\`${id}\``,
    `${summary}, as in \`${example}\``,
    [...described, ...(like.length === 0 ? [] : [`peers' values: ${like.join(', ')}`])].join('<br>'),
    source,
  ];
}

/** What filters there are. @param filters the registry. */
export function filtersTable(filters) {
  return table(['filter', 'does', 'options', 'from'], filters.map(rowOf));
}
