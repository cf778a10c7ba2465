/** docs/limits.md, from the lists of limits in the code. */
import { table } from './formats-table.mjs';

const UNITS = { bytes: 'bytes', ms: 'ms', count: '' };

function row(name, { unit, default: value, min, guards }, { limitFlag, limitVariable }) {
  const number = (n) => n.toLocaleString('en') + (UNITS[unit] && ` ${UNITS[unit]}`);
  return [`\`${limitFlag(name)}\``, `\`${limitVariable(name)}\``, number(value), number(min), `${guards}.`];
}

/**
 * The page.
 *
 * @param lists titles and what is said of them, each with its limits.
 * @param names how limits are called on the command line and in the environment.
 */
export function limitsPage(lists, names) {
  const parts = lists.map(({ title, about, limits }) => {
    const rows = Object.entries(limits).map(([name, limit]) => row(name, limit, names));
    return `## ${title}\n\n${about}\n\n${table(['flag', 'environment', 'default', 'least', 'what it guards'], rows)}`;
  });
  return `<!-- Made by \`npm run docs:limits\` from the code. -->\n\n# Limits\n\nEverything that can grow has a bound. A flag holds before the variable of the environment, and that before the default; a value\nout of range is an error when the command starts. In code each is an option of the same name (\`maxCameras\`).\n\n${parts.join('\n\n')}\n`;
}
