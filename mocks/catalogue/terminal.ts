import { createColors } from 'picocolors';
import { alignColumns } from '../verification/index.js';
import { indented, wrapped } from './layout.js';
import type { CatalogueCode, Declaration, Details } from './types.js';
import { among, placeText, RETRY_WORDS, tellingHeaders, WAYS } from './words.js';

export interface FormatCodeOptions {
  readonly color?: boolean | undefined;
  /** Only as this operation answers it. */
  readonly operation?: string | undefined;
}

type Colors = ReturnType<typeof createColors>;

/**
 * What the contract says of a code, for a terminal: what it means, what causes it, what to do, how to see it, where it is declared.
 *
 * @example
 * process.stdout.write(formatCode(entry, { color: true }));
 */
export function formatCode(entry: CatalogueCode, { color = false, operation }: FormatCodeOptions = {}): string {
  const colors = createColors(color);
  const { bold, dim } = colors;
  const seen = operation === undefined ? entry : narrowed(entry, operation);
  const tint = entry.retry === 'never' ? dim : colors.yellow;
  const head = `${bold(entry.code)}  ${seen.statuses.join(', ')}  ${entry.title}  ${tint(RETRY_WORDS[entry.retry])}`;
  const sections: [string, string][] = [
    ['What it means', wrapped(entry.meaning, '  ')],
    ['What to do', doing(seen, colors)],
    ...(seen.causes.length === 0 ? [] : [section(seen.causes.length === 1 ? 'Cause' : 'Causes', causes(seen, colors))]),
    ...seen.details.map((details) => section('Details', detailsText(details, seen, colors))),
    ...seen.examples.slice(0, 1).map(({ body }) => section('Example', indented(JSON.stringify(body, null, 2), '  '))),
    ['See it on the mock', reproductions(seen, colors)],
    ['Declared', declared(seen, colors)],
    ...(entry.interpretation === undefined ? [] : [section('How the contract reads it', wrapped(entry.interpretation, '  '))]),
  ];
  return `${head}\n${sections.map(([title, text]) => `\n${bold(title)}\n${text}\n`).join('')}`;
}

function section(title: string, text: string): [string, string] {
  return [title, text];
}

/** A code as one of its operations has it. */
function narrowed(entry: CatalogueCode, operation: string): CatalogueCode {
  const operations = entry.operations.filter((one) => one.operation === operation);
  const of = <T extends { readonly operations: readonly string[] }>(all: readonly T[]): T[] =>
    all.filter((one) => one.operations.includes(operation)).map((one) => ({ ...one, operations: [operation] }));
  return {
    ...entry,
    operations,
    statuses: [...new Set(operations.map(({ status }) => status))],
    causes: of(entry.causes),
    details: of(entry.details),
    examples: of(entry.examples),
    reproductions: operations.flatMap((one) => one.reproductions),
  };
}

function doing(entry: CatalogueCode, { cyan }: Colors): string {
  return [
    wrapped(entry.advice, `  ${cyan('client')}  `, '          '),
    ...apiView(entry).map((sentence, index) => wrapped(sentence, index === 0 ? `  ${cyan('API')}     ` : '          ', '          ')),
  ].join('\n');
}

/** What it is to an API to answer the code rightly. */
function apiView(entry: CatalogueCode): string[] {
  const { code, statuses, causes, details, operations } = entry;
  const headers = tellingHeaders(entry).map(({ name }) => `the header ${name}`);
  const promised = details
    .filter(({ required }) => required)
    .flatMap(({ members }) => members.filter(({ required, path }) => required && !/[.[]/.test(path)));
  const members = [...new Set(promised.map(({ path }) => path))];
  const has = [
    ...(details.some(({ required }) => required) ? [`details${members.length === 0 ? '' : ` (${members.join(', ')})`}`] : []),
    ...headers,
  ];
  const order = orderOf(operations);
  const paths = causes.length > 1 ? `Each of the ${causes.length} causes has to lead to it` : 'The cause has to lead to it';
  return [
    `Answer ${statuses.join(' or ')}${has.length === 0 ? '' : ` with ${has.join(' and ')}`}.`,
    ...(order === undefined ? [] : [order]),
    `${paths}: failpath verify --code ${code}`,
  ];
}

/** What wins over the code where several apply. */
function orderOf(operations: readonly Declaration[]): string | undefined {
  const orders = new Set(operations.map(({ after }) => after.join(', ')));
  const [only = ''] = orders;
  return orders.size === 1 && only !== '' ? `Where several apply, these win: ${only}.` : undefined;
}

function causes(entry: CatalogueCode, { dim }: Colors): string {
  const rows = entry.causes.map(({ cause, operations }) => [`  ${cause}`, among(operations, entry)]);
  const width = Math.max(...rows.map(([cause = '']) => cause.length));
  return rows.map(([cause = '', only = '']) => (only === '' ? cause : `${cause.padEnd(width)}  ${dim(only)}`)).join('\n');
}

function detailsText({ members, required, operations }: Details, entry: CatalogueCode, { dim }: Colors): string {
  const where = among(operations, entry);
  const head = `  ${dim(`${required ? 'always there' : 'may be absent'}${where === '' ? '' : `  ${where}`}`)}`;
  const rows = members.map((one) => [`  ${one.path}${one.required ? '' : '?'}`, one.type, one.unit ?? '-', one.description]);
  return [head, ...alignColumns(rows)].join('\n');
}

function reproductions(entry: CatalogueCode, { dim, green }: Colors): string {
  const best = new Map(entry.reproductions.map((one) => [one.by, one]));
  return [
    `  ${dim('started by: npx failpath mock')}`,
    ...[...best.values()].map(({ by, says, shell }) => `${wrapped(`${WAYS[by]}. ${says}`, '  ')}\n${green(indented(shell, '    '))}`),
  ].join('\n\n');
}

function declared({ declared: place, operations }: CatalogueCode, { dim }: Colors): string {
  const rows = operations.map((one) => [`  ${one.operation}`, placeText(one.declared), `${one.method} ${one.path}`]);
  return [`  ${placeText(place)}`, ...alignColumns(rows).map((row) => dim(row))].join('\n');
}
