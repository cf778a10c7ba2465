/** What the registry says of representations: a row each for the README, a section each for docs/representations.md. */
import { optionRow } from './filters-table.mjs';
import { table } from './formats-table.mjs';

/** Whether networks can take it, with what options. */
function forNetworks({ id, options }) {
  if (['counts', 'binary'].includes(id)) return 'yes';
  if (Object.hasOwn(options, 'levels')) return 'with `levels`';
  if (Object.hasOwn(options, 'planes')) return 'with `planes:two`';
  return options.values?.choices.includes('levels') ? 'with `values:levels`' : '–';
}

/** What representations there are. @param representations the registry. */
export function representationsTable(representations) {
  const row = (one) => [`\`${one.id}\``, one.summary, one.source, forNetworks(one)];
  return table(['representation', 'is', 'from', 'for networks'], representations.map(row));
}

function sectionOf({ id, summary, rule, options, presets = {}, source, example }) {
  const like = Object.keys(presets).map((name) => `\`like:${name}\``);
  const rows = Object.entries(options).map(optionRow);
  return [
    `## ${id}`,
    `${summary[0].toUpperCase()}${summary.slice(1)}: \`--representation ${example}\`. From ${source}.`,
    rule,
    ...(rows.length === 0 ? [] : [table(['option', 'is', 'values', 'default'], rows)]),
    ...(like.length === 0 ? [] : [`Peers' values: ${like.join(', ')}.`]),
  ].join('\n\n');
}

/** The rules and options of each. */
export function representationSections(representations) {
  return representations.map(sectionOf).join('\n\n');
}
