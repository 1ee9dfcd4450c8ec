import type { Discrepancy, WireAnswer } from '../types.js';
import type { Check } from './types.js';

/** What betrays the inside of a server: frames of stack traces, as the common runtimes print them. */
const TRACES: readonly Trace[] = [
  { has: 'at ', pattern: /\bat [\w.$<>[\] ]+ \([^()\s]+:\d+:\d+\)/ },
  { has: 'at ', pattern: /\bat (?:file:\/\/)?\/[^\s:]+:\d+:\d+/ },
  { has: 'Traceback', pattern: /Traceback \(most recent call last\)/ },
  { has: 'goroutine', pattern: /\bgoroutine \d+ \[/ },
  { has: 'panicked', pattern: /thread '[^']*' panicked at/ },
  { has: 'at ', pattern: /\bat [\w$.]+\([\w$]+\.(?:java|kt|scala):\d+\)/ },
  { has: 'at ', pattern: /\bat [\w.`<>[\],]+\([^)]*\) in \S+:line \d+/ },
  { has: '.rb:', pattern: /\.rb:\d+:in [`']/ },
  { has: '.php(', pattern: /#\d+ \S+\.php\(\d+\):/ },
];

/** A frame, and a part that each such frame has: hardly any answer has one, and is gone through by expressions. */
interface Trace {
  readonly has: string;
  readonly pattern: RegExp;
}

/** The answer shows no stack trace, and no credential, be it in a header. */
export const leak: Check = ({ answer, redactor, credential }) => {
  const secretIn = (shown: string): string | undefined =>
    redactor.find(shown) ?? (credential !== undefined && shown.includes(credential) ? "the request's token" : undefined);
  const found = traceCheck(answer);
  const look = (at: string, value: string): void => {
    const secret = secretIn(value);
    if (secret === undefined) return;
    const remedy = 'Never repeat a credential in an error.';
    found.push({ check: 'leak', at, expected: 'no credential', actual: `the value of ${secret}`, remedy });
  };
  look('body', answer.text);
  for (const name of Object.keys(answer.headers)) look(name, answer.headers[name] ?? '');
  return found;
};

/** The answer shows no stack trace; what is asked of successes as well, in which credentials may stand. */
export function traceCheck({ text }: Pick<WireAnswer, 'text'>): Discrepancy[] {
  // Line ends and tabs of a trace are escapes in JSON, which would hide where a word begins.
  const shown = text.includes('\\') ? text.replaceAll(/\\[nrt]/g, ' ') : text;
  const kind = TRACES.find(({ has, pattern }) => shown.includes(has) && pattern.test(shown));
  const trace = kind?.pattern.exec(shown)?.[0];
  if (trace === undefined) return [];
  return [
    {
      check: 'leak',
      at: 'body',
      expected: 'no stack trace',
      actual: `"${trace.slice(0, 80)}"`,
      remedy: 'Log the trace under the request id, and answer without it.',
    },
  ];
}
