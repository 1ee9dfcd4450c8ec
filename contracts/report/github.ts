import { counted } from '../../spec/index.js';
import type { Ledger } from '../ledger.js';
import { alike, itemsOf, locationOf, nameTold, standingOf, type Alike } from './items.js';
import { cut, inLine, tame } from './text.js';

/** What GitHub shows of one step, of each level. */
const MOST = 10;
/** Of a message: what fits under the line of a file. */
const LONGEST = 1500;

type Level = 'error' | 'warning';

/**
 * A ledger as GitHub's workflow commands: annotations on the lines of the contract, findings as errors and what is unproven as warnings, one
 * for all that is alike. GitHub shows ten of each; where there are more, the tenth says how many.
 *
 * @example
 * process.stdout.write(toAnnotations(ledger)); // ::error file=openapi.yaml,line=12,col=7,title=not-reached%3A ...::...
 */
export function toAnnotations(ledger: Ledger): string {
  const groups = alike(itemsOf(ledger));
  const lines = [
    ...level('error', groups.filter(([first]) => standingOf(first) === 'bad')),
    ...level('warning', groups.filter(([first]) => standingOf(first) === 'open')),
  ]; // prettier-ignore
  return lines.map((line) => `${line}\n`).join('');
}

function level(name: Level, groups: readonly Alike[]): string[] {
  if (groups.length <= MOST) return groups.map((group) => annotation(name, group));
  const shown = groups.slice(0, MOST - 1).map((group) => annotation(name, group));
  const left = groups.slice(MOST - 1);
  const what = name === 'error' ? 'finding' : 'reason for what is unproven';
  const rest = `${counted(left.length, name === 'error' ? 'more finding' : 'more reason')}, on ${counted(left.flat().length, 'line')}`;
  return [...shown, command(name, { title: rest }, `GitHub shows ${MOST} of a kind in a step; every ${what} is in the report.`)];
}

function annotation(name: Level, [first, ...more]: Alike): string {
  const { outcome, title, reason, remedies, requestId, declared } = first;
  const place = locationOf(declared);
  const message = [
    `${reason}${first.name === null ? '' : ` (${nameTold(first)})`}`,
    ...remedies.map((remedy) => `Fix: ${remedy}`),
    ...(requestId === null ? [] : [`Request id: ${requestId}`]),
    ...(more.length === 0 ? [] : [`The same in ${more.length} more: ${more.slice(0, 20).map(({ title }) => title).join(', ')}${more.length > 20 ? ', ...' : ''}`]),
  ].join('\n'); // prettier-ignore
  return command(
    name,
    {
      ...(place === undefined ? {} : { file: place.file, line: String(place.line), col: String(place.column) }),
      title: `${outcome}: ${title}${more.length === 0 ? '' : ` and ${more.length} more`}`,
    },
    cut(message, LONGEST),
  );
}

/** https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts: what must be escaped, and how. */
function command(name: Level, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(
    ([key, value]) => `${key}=${data(inLine(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  return `::${name} ${list.join(',')}::${data(tame(message))}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
