import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Found, Section } from '../sections/types.js';
import { BENCH } from '../servers/paths.js';

/** What one run has found in one section. */
export interface Kept extends Found {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly date: string;
  readonly command: string;
  readonly machine: string;
  /** Why the figures mean little, where they do. */
  readonly noisy?: string;
}

const FILE = join(BENCH, 'results.json');
const PAGE = join(BENCH, 'results.md');

/** What is known from earlier runs, by section. */
export function known(): readonly Kept[] {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as readonly Kept[]) : [];
}

function sectionInWords({ title, about, date, command, machine, noisy, columns, rows, notes }: Kept): string {
  const judged = rows.some(({ bound }) => bound !== undefined);
  const head = judged ? [...columns, 'at most', 'within'] : columns;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const verdict = (within: boolean | undefined): string => (within === undefined ? '' : within ? 'yes' : '**no**');
  return [
    `## ${title}`,
    about,
    `\`${command}\`, ${date}. ${machine}.`,
    ...(noisy === undefined ? [] : [noisy]),
    [
      line(head),
      line(head.map(() => '---')),
      ...rows.map(({ cells, bound, within }) => line(judged ? [...cells, bound ?? '', verdict(within)] : cells)),
    ].join('\n'),
    ...notes,
  ].join('\n\n');
}

/** The page, from what is known of each section. */
export function pageOf(all: readonly Kept[]): string {
  const missed = all.flatMap(({ title, rows }) =>
    rows.filter(({ within }) => within === false).map(({ cells }) => `${title}: ${cells[0]}`),
  );
  const judged = all.flatMap(({ rows }) => rows.filter(({ within }) => within !== undefined));
  const noisy = all.filter((one) => one.noisy !== undefined).map(({ title }) => title);
  const warning = noisy.length === 0 ? '' : ` The machine was too noisy to judge by: ${noisy.join(', ')}.`;
  const summary = `${judged.length - missed.length} of ${judged.length} bounds are kept.${warning}${missed.length === 0 ? '' : ' Not kept:'}`;
  return [
    '# Results',
    'Written by `npm run bench`; [what is measured and how](README.md).',
    [summary, ...missed.map((one) => `- ${one}`)].join('\n\n').replaceAll('\n\n- ', '\n- ').replace(':\n- ', ':\n\n- '),
    ...all.map(sectionInWords),
  ].join('\n\n');
}

/** Puts what was found in the place of what was known of the same sections; the order is that of `sections`. */
export async function keep(found: readonly Kept[], sections: readonly Section[]): Promise<void> {
  const newest = new Map([...known(), ...found].map((one) => [one.id, one]));
  const all = sections.flatMap(({ id }) => newest.get(id) ?? []);
  const options = await resolveConfig(PAGE);
  writeFileSync(FILE, await format(JSON.stringify(all), { ...options, parser: 'json' }));
  writeFileSync(PAGE, await format(pageOf(all), { ...options, parser: 'markdown' }));
}
