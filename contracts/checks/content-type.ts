import type { Check } from './types.js';

/** Names of the one encoding that JSON has (RFC 8259, 8.1), and of its subset. */
const UTF8: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii']);

/** The answer says that it is JSON, as the contract declares. */
export const contentType: Check = ({ failure, answer }) => {
  const expected = failure.answer.content?.mediaType ?? 'application/json';
  const actual = answer.headers['content-type'] ?? 'absent';
  const [type, ...parameters] = actual.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters
    .find((part) => part.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  if (type === expected.toLowerCase() && (charset === undefined || UTF8.has(charset))) return [];
  return [
    {
      check: 'content-type',
      at: 'content-type',
      expected,
      actual,
      remedy: `Send content-type: ${expected}, so that clients parse the error.`,
    },
  ];
};
