import type { RecordedViolation, RecordingSummary } from '../mocks/index.js';

const SHOWN = 20;

/**
 * An answer that breaks the contract, on a line of its own.
 *
 * @example
 * formatViolation(violation); // 'violation  undeclared-status: getTransaction declares no status 418 (200, 404, 503)\n'
 */
export function formatViolation({ kind, sentence, count }: RecordedViolation): string {
  return `violation  ${kind}: ${sentence}${count > 1 ? ` (${count} times)` : ''}\n`;
}

/** What a recording has come to: the file first, then what needs a look. */
export function formatRecording(file: string, rules: number, summary: RecordingSummary): string {
  const { requests, failures, successes, unjudged, violations, elsewhere, unanswered, leftOut } = summary;
  const broken = violations.reduce((sum, { count }) => sum + count, 0);
  const parts = [
    count(failures, 'declared failure'),
    count(successes, 'declared success', 'declared successes'),
    count(broken, 'violation'),
    ...(unjudged === 0 ? [] : [`${unjudged} not judged`]),
  ];
  const outside = elsewhere.reduce((sum, one) => sum + one.count, 0);
  return [
    `${file}: ${count(rules, 'rule')} from ${count(requests, 'request')} (${parts.join(', ')})\n`,
    ...violations.map(formatViolation),
    ...(outside === 0 ? [] : [`${count(outside, 'request')} outside the contract:\n`, ...listed(elsewhere)]),
    ...(unanswered === 0 ? [] : [`${count(unanswered, 'request')} without an answer\n`]),
    ...(leftOut === 0 ? [] : [`${count(leftOut, 'answer')} did not fit into the recording\n`]),
  ].join('');
}

function listed(elsewhere: RecordingSummary['elsewhere']): string[] {
  const lines = elsewhere.slice(0, SHOWN).map(({ request, count }) => `  ${request}${count > 1 ? ` (${count})` : ''}\n`);
  return elsewhere.length > SHOWN ? [...lines, `  and ${elsewhere.length - SHOWN} others\n`] : lines;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
