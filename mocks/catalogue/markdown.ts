import { basename } from 'node:path';
import type { CatalogueCode, Details, ErrorCatalogue } from './types.js';
import { among, domainsOf, placeText, RETRY_WORDS, tellingHeaders, WAYS } from './words.js';

/**
 * The error catalogue as a Markdown page; each code is linked to by its name: `#api_key.revoked`.
 *
 * @example
 * writeFileSync('errors.md', catalogueMarkdown(catalogueOf(contract)));
 */
export function catalogueMarkdown(catalogue: ErrorCatalogue): string {
  const { title, version, codes, file } = catalogue;
  const domains = [...domainsOf(catalogue)];
  const command = `failpath docs --contract ${basename(file)} --out <this file>`;
  const blocks = [
    `<!-- Written by \`${command}\`: change the contract, and have this written again. -->`,
    `# Errors of ${prose(title)} ${version}`,
    `${codes.length} codes. Switch on the code, never on the message, and expect codes that this page does not know yet.`,
    ...domains.flatMap(([domain, of]) => [...(domain === '' ? [] : [`**${domain}**`]), overview(of)]),
    '## How to read this page',
    reading(catalogue),
    ...domains.flatMap(([domain, of]) => [...(domain === '' ? ['## Codes'] : [`## ${domain}`]), ...of.flatMap(section)]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function overview(codes: readonly CatalogueCode[]): string {
  const rows = codes.map(({ code, statuses, title, retry }) => [link(code), statuses.join(', '), prose(title), RETRY_WORDS[retry]]);
  return table(['code', 'status', 'what', 'retry'], rows);
}

function reading({ magicMembers }: ErrorCatalogue): string {
  const magic =
    magicMembers.length === 0
      ? ''
      : ` A **magic value** is a text that makes the mock answer with the code when it stands in ${magicMembers.map(code).join(', ')} of a request's body.`;
  return [
    'The curls are for the mock, which `npx failpath mock` starts: **on demand** asks for the code, and works for every operation that the',
    `code is listed with.${magic}`,
    '**Declared** is where the contract says so.',
  ].join('\n');
}

function section(entry: CatalogueCode): string[] {
  const { code: name, title, statuses, retry, meaning, advice, interpretation, magic, declared } = entry;
  return [
    `<a id="${attribute(name)}"></a>`,
    `### ${code(name)}`,
    `**${statuses.join(', ')}** · ${prose(title)} · ${RETRY_WORDS[retry]} · declared at ${code(placeText(declared))}`,
    prose(meaning),
    `**What to do:** ${advice}`,
    ...causes(entry),
    ...entry.details.flatMap((details) => detailsTable(details, entry)),
    ...headersOf(entry),
    ...entry.examples.flatMap(({ body, summary, operations }) => [
      `Example${summary === undefined ? '' : `: ${prose(summary)}`}${scope(operations, entry)}`,
      fence('json', JSON.stringify(body, null, 2)),
    ]),
    'Answered by:',
    entry.operations.map((one) => `- ${code(one.operation)}, ${one.method} ${code(one.path)}, ${code(placeText(one.declared))}`).join('\n'),
    ...(magic === undefined ? [] : [`Magic value: ${code(magic)}`]),
    ...entry.reproductions.flatMap(({ by, says, shell }) => [`**${WAYS[by]}.** ${prose(says)}`, fence('sh', shell)]),
    ...(interpretation === undefined ? [] : [`> **How the contract reads it:** ${prose(interpretation)}`]),
  ];
}

function causes(entry: CatalogueCode): string[] {
  if (entry.causes.length === 0) return [];
  const items = entry.causes.map(({ cause, operations }) => `- ${prose(cause)}${scope(operations, entry)}`);
  return [`${items.length === 1 ? 'Cause' : 'Causes'}:`, items.join('\n')];
}

function detailsTable({ members, required, operations }: Details, entry: CatalogueCode): string[] {
  const head = `Details${scope(operations, entry)}, ${required ? 'always there' : 'may be absent'}:`;
  if (members.length === 0) return [head.replace(/:$/, '; their members are not declared.')];
  const rows = members.map((one) => [
    code(one.path),
    prose(one.type),
    one.unit ?? '',
    one.required ? 'always' : 'maybe',
    prose(one.description),
  ]);
  return [head, table(['member', 'type', 'unit', 'there', 'what it is'], rows)];
}

function headersOf(entry: CatalogueCode): string[] {
  return tellingHeaders(entry).map(({ name, description }) => `Header ${code(name)}: ${prose(description)}`);
}

function scope(operations: readonly string[], entry: CatalogueCode): string {
  const words = among(operations, entry, code);
  return words === '' ? '' : ` (${words})`;
}

function link(name: string): string {
  return `[${code(name)}](#${encodeURI(name).replaceAll(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)})`;
}

/** A text of the contract; what stands in backticks is left as it is. */
function prose(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(/[*[\]\\]/g, String.raw`\$&`).replaceAll('<', '&lt;')))
    .join('');
}

function code(text: string): string {
  const ticks = text.includes('`') ? '``' : '`';
  return `${ticks}${text}${ticks}`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

function fence(language: string, text: string): string {
  const ticks = text.includes('```') ? '````' : '```';
  return `${ticks}${language}\n${text}\n${ticks}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', String.raw`\|`)));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}
