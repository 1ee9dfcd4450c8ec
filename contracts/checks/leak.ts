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

/** The body shows no stack trace and no credential. */
export const leak: Check = ({ answer, redactor, credential }) => {
  // Line ends and tabs of a trace are escapes in JSON, which would hide where a word begins.
  const text = answer.text.replaceAll(/\\[nrt]/g, ' ');
  const trace = TRACES.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined);
  const secret =
    redactor.find(answer.text) ?? (credential !== undefined && answer.text.includes(credential) ? "the request's token" : undefined);
  return [
    ...(trace === undefined
      ? []
      : [
          {
            check: 'leak',
            at: 'body',
            expected: 'no stack trace',
            actual: `"${trace.slice(0, 80)}"`,
            remedy: 'Log the trace under the request id, and answer without it.',
          },
        ]),
    ...(secret === undefined
      ? []
      : [
          {
            check: 'leak',
            at: 'body',
            expected: 'no credential',
            actual: `the value of ${secret}`,
            remedy: 'Never repeat a credential in an error.',
          },
        ]),
  ];
};
