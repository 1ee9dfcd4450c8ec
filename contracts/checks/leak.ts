import type { Discrepancy, WireAnswer } from '../types.js';
import type { Check } from './types.js';

/** What betrays the inside of a server: frames of stack traces, as the common runtimes print them. */
const TRACES: readonly RegExp[] = [
  /\bat [\w.$<>[\] ]+ \([^()\s]+:\d+:\d+\)/,
  /\bat (?:file:\/\/)?\/[^\s:]+:\d+:\d+/,
  /Traceback \(most recent call last\)/,
  /\bgoroutine \d+ \[/,
  /thread '[^']*' panicked at/,
  /\bat [\w$.]+\([\w$]+\.(?:java|kt|scala):\d+\)/,
  /\bat [\w.`<>[\],]+\([^)]*\) in \S+:line \d+/,
  /\.rb:\d+:in [`']/,
  /#\d+ \S+\.php\(\d+\):/,
];

/** The answer shows no stack trace, and no credential, be it in a header. */
export const leak: Check = ({ answer, redactor, credential }) => {
  const secretIn = (shown: string): string | undefined =>
    redactor.find(shown) ?? (credential !== undefined && shown.includes(credential) ? "the request's token" : undefined);
  const shown: [at: string, shown: string][] = [['body', answer.text], ...Object.entries(answer.headers)];
  const secrets = shown.flatMap(([at, value]) => (secretIn(value) === undefined ? [] : [{ at, secret: secretIn(value) }]));
  return [
    ...traceCheck(answer),
    ...secrets.map(({ at, secret }) => ({
      check: 'leak',
      at,
      expected: 'no credential',
      actual: `the value of ${secret}`,
      remedy: 'Never repeat a credential in an error.',
    })),
  ];
};

/** The answer shows no stack trace; what is asked of successes as well, in which credentials may stand. */
export function traceCheck({ text }: Pick<WireAnswer, 'text'>): Discrepancy[] {
  // Line ends and tabs of a trace are escapes in JSON, which would hide where a word begins.
  const shown = text.replaceAll(/\\[nrt]/g, ' ');
  const trace = TRACES.map((pattern) => pattern.exec(shown)?.[0]).find((found) => found !== undefined);
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
