/** Small faults of a TypeScript source: which there are, and the source with one of them in it. */
import { parseSync } from 'vite';

const SWAPS = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '&': '|',
  '|': '&',
  '^': '&',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '|=': '&=',
  '&=': '|=',
  '??=': '=',
  '++': '--',
  '--': '++',
};
const CALLS = new Map(
  Object.entries({ min: 'max', max: 'min', floor: 'ceil', ceil: 'floor', some: 'every', every: 'some' }),
);
/** Statements that may be left out; a `throw` or `return` at the end of a function is one of them. */
const REMOVABLE = new Set(['ExpressionStatement', 'ThrowStatement', 'ContinueStatement', 'BreakStatement']);
const TESTED = new Set(['IfStatement', 'WhileStatement', 'DoWhileStatement', 'ConditionalExpression']);
/** Types are no code; the value inside an assertion is. */
const ASSERTIONS = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);

/**
 * All mutants of a source, in order.
 *
 * @param {string} source
 * @param {string} file its name in the results.
 * @returns {{ file: string, line: number, change: string, code: string, start: number, end: number, text: string, key: string }[]}
 * `change` says what was done, `code` is the line, `text` replaces what stands from `start` to `end`, `key` names
 * the mutant by its surroundings alone: a sample by it stays when other code changes.
 */
export function mutantsOf(source, file) {
  const found = [];
  const seen = new Set();
  const add = ({ start, end }, text) => {
    const key = `${start} ${end} ${text}`;
    if (seen.has(key)) return;
    seen.add(key);
    const line = source.slice(0, start).split('\n').length;
    const code = source.split('\n')[line - 1].trim();
    const change = `${brief(source.slice(start, end))} → ${text === ';' ? 'nothing' : brief(text)}`;
    const twins = found.filter((other) => other.code === code && other.change === change).length;
    found.push({ file, line, change, code, start, end, text, key: [file, code, change, twins].join('\0') });
  };
  visit(parse(source), (node, parent) => mutate(node, parent, source, add));
  return found.filter((mutant) => parseSync('source.ts', applyMutant(source, mutant)).errors.length === 0);
}

/** The source with the mutant in it. */
export function applyMutant(source, { start, end, text }) {
  return source.slice(0, start) + text + source.slice(end);
}

const LOOPS = new Set([
  'ForStatement',
  'ForOfStatement',
  'ForInStatement',
  'WhileStatement',
  'DoWhileStatement',
]);
/** More turns than any loop makes in a test. */
const MOST_TURNS = 2e6;

/** The source with loops that throw where they would not end, as many mutants make them, and from then on at once. */
export function guardLoops(source) {
  const edits = [];
  visit(parse(source), (node, parent) => {
    if (!LOOPS.has(node.type) || parent.type === 'LabeledStatement') return;
    const turns = `turns${node.start}`;
    const turn = `if (endless || (endless = ++${turns} > ${MOST_TURNS})) throw new Error('endless loop');`;
    edits.push({ at: node.start, text: `{ let ${turns} = 0; ` });
    edits.push({ at: node.body.start, text: `{ ${turn} ` });
    edits.push({ at: node.body.end, text: ' }' });
    edits.push({ at: node.end, text: ' }' });
  });
  return edits
    .map((edit, order) => ({ ...edit, order }))
    .sort((a, b) => b.at - a.at || b.order - a.order)
    .reduce(
      (text, edit) => text.slice(0, edit.at) + edit.text + text.slice(edit.at),
      `${source}\nvar endless = false;\n`,
    );
}

function mutate(node, parent, source, add) {
  const text = ({ start, end }) => source.slice(start, end);
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const { left, right, operator } = node;
      if (SWAPS[operator] === undefined || (operator === '+' && (isText(left) || isText(right)))) break;
      // The operator is the last text between both sides that is not a parenthesis.
      const between = source.slice(left.end, right.start);
      const at = left.end + between.indexOf(operator);
      if (node.type === 'BinaryExpression') add({ start: at, end: at + operator.length }, SWAPS[operator]);
      else add(node, `((${text(left)}) ${SWAPS[operator]} (${text(right)}))`);
      break;
    }
    case 'AssignmentExpression':
    case 'UpdateExpression': {
      const { operator } = node;
      if (SWAPS[operator] === undefined) break;
      const from =
        node.type === 'UpdateExpression' && node.prefix ? node.start : (node.left ?? node.argument).end;
      const at = source.indexOf(operator, from);
      add({ start: at, end: at + operator.length }, SWAPS[operator]);
      break;
    }
    case 'UnaryExpression':
      if (['!', '-', '~'].includes(node.operator)) add(node, `(${text(node.argument)})`);
      break;
    case 'Literal':
      if (parent.type === 'Property' && parent.key === node) break;
      // Signal 0 asks whether a process is there; another one would end somebody's.
      if (parent.type === 'CallExpression' && parent.callee.property?.name === 'kill') break;
      if (typeof node.value === 'boolean') add(node, String(!node.value));
      if (typeof node.value === 'number') add(node, `${node.value + 1}`);
      if (typeof node.value === 'bigint') add(node, `${node.value + 1n}n`);
      break;
    case 'CallExpression': {
      const { property, computed } = node.callee;
      if (property !== undefined && !computed && CALLS.has(property.name))
        add(property, CALLS.get(property.name));
      break;
    }
    case 'ReturnStatement':
      if (node.argument === null) add(node, ';');
      break;
    default:
      if (REMOVABLE.has(node.type) && !node.directive) add(node, ';');
  }
  if (TESTED.has(node.type)) {
    const { test } = node;
    const swapped = test.type === 'BinaryExpression' && ['===', '!=='].includes(test.operator);
    if (!swapped && !(test.type === 'UnaryExpression' && test.operator === '!'))
      add(test, `!(${text(test)})`);
  }
}

const isText = ({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string';

function visit(node, take, parent = node) {
  if (node.type === 'ImportDeclaration') return;
  if (node.type.startsWith('TS') && !ASSERTIONS.has(node.type)) return;
  take(node, parent);
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof child?.type === 'string') visit(child, take, node);
}

function brief(text) {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

function parse(source) {
  const { program, errors } = parseSync('source.ts', source);
  if (errors.length > 0) throw new SyntaxError(errors[0].message);
  return program;
}
