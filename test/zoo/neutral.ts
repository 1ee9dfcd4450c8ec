import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Meddling } from '../support/proxy.js';
import type { Mutant } from './mutant.js';
import { withBody } from './wire/index.js';

type Change = (answer: Answer) => Answer | Promise<Answer>;

/** A proxy that changes every error answer. */
const errors = (change: Change): Meddling => ({ answer: (answer) => (answer.status >= 400 ? change(answer) : answer) });

const different = (name: string, breaks: string, proxy: Meddling): Mutant => ({
  name,
  class: 'neutral',
  breaks,
  lines: [],
  everything: 'lines',
  proxy: () => proxy,
});

const error = (change: (error: Readonly<Record<string, unknown>>) => object): Meddling =>
  errors((answer) => withBody(answer, (body) => ({ ...body, error: change(body.error) })));

const reversed = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, member]) => [name, reversed(member)]),
      )
    : value;

const upper = (name: string): string => name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());

const withType = (type: string): Meddling => errors((answer) => ({ ...answer, headers: { ...answer.headers, 'content-type': type } }));

const withId = (id: () => string): Meddling => error((members) => ({ ...members, request_id: id() }));

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, member]) => [name, sorted(member)]),
      )
    : value;

const BEYOND_ASCII = /[\u0080-\uffff]/g;

const bodies: readonly Mutant[] = [
  different(
    'other messages',
    'The messages are in other languages.',
    error((members) => ({ ...members, message: 'Désolé, das geht nicht. 申し訳ありません' })),
  ),
  different(
    'short messages',
    'The messages are the codes once more.',
    error((members) => ({ ...members, message: members['code'] })),
  ),
  different(
    'long messages',
    'The messages are essays.',
    error((members) => ({ ...members, message: 'No, and why not. '.repeat(500) })),
  ),
  different(
    'messages with markup',
    'The messages have quotes, angle brackets and a link in them.',
    error((members) => ({ ...members, message: `"No" <a href='https://docs.example.org/at/1:2:3'>at length</a>\n` })),
  ),
  different(
    'an additional member of details',
    'The details say more than they must.',
    error((members) => ({ ...members, details: { ...(members['details'] as object | undefined), hint: 'see the manual' } })),
  ),
  different(
    'details for every code',
    'Codes without details have empty ones.',
    error((members) => ({ details: {}, ...members })),
  ),
  different(
    'additional members of the error',
    'The error has members that the contract does not name.',
    error((members) => ({ ...members, documentation_url: 'https://docs.example.org/errors', status: 400, errors: [] })),
  ),
  different(
    'additional members of the envelope',
    'Beside the error stand members that the contract does not name.',
    errors((answer) => withBody(answer, (body) => ({ version: 2, data: null, meta: { took_ms: 3 }, ...body }))),
  ),
  different(
    'members in another order',
    'The members of every object are the other way round.',
    errors((answer) => withBody(answer, reversed)),
  ),
  different(
    'members in order of the alphabet',
    'The members of every object are sorted.',
    errors((answer) => withBody(answer, sorted)),
  ),
  different(
    'white space',
    'The body is laid out for people.',
    errors((answer) => ({ ...answer, text: `\n${JSON.stringify(JSON.parse(answer.text), null, 4)}\n` })),
  ),
  different(
    'escaped characters',
    'Whatever is not ASCII is escaped in the JSON.',
    errors((answer) => ({
      ...answer,
      text: answer.text.replaceAll(BEYOND_ASCII, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
    })),
  ),
];

const ids: readonly Mutant[] = [
  different(
    'request ids with other characters',
    'Request ids have capitals, colons and slashes.',
    withId(() => `req_${randomUUID().toUpperCase()}:eu-west/1`),
  ),
  different(
    'short request ids',
    'Request ids are short.',
    withId(() => `req_${randomUUID().slice(0, 8)}`),
  ),
  different(
    'long request ids',
    'Request ids are 200 characters long.',
    withId(() => `req_${randomUUID().repeat(6).slice(0, 196)}`),
  ),
  different(
    'no X-Request-Id',
    'The request id is in the body only.',
    errors(({ headers: { 'x-request-id': _, ...headers }, ...answer }) => ({ ...answer, headers })),
  ),
  different(
    'another X-Request-Id',
    'A proxy puts an id of its own into the header.',
    errors((answer) => ({ ...answer, headers: { ...answer.headers, 'x-request-id': randomUUID() } })),
  ),
];

const headers: readonly Mutant[] = [
  different('a charset', 'The content type says its charset.', withType('Application/JSON; charset=UTF-8')),
  different('a charset in quotes', 'The content type says its charset in quotes.', withType('application/json;charset="utf-8"')),
  different('another parameter', 'The content type has a parameter that nobody knows.', withType('application/json; version=1')),
  different(
    'header names in upper case, and more headers',
    'Header names are written in another case, and there are more of them.',
    errors((answer) => ({
      ...answer,
      headers: {
        ...Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [upper(name), value])),
        Server: 'nginx',
        'X-Powered-By': 'tea',
        'Strict-Transport-Security': 'max-age=63072000',
      },
    })),
  ),
  different(
    'connections that end',
    'Every answer closes its connection.',
    errors((answer) => ({ ...answer, headers: { ...answer.headers, connection: 'close' } })),
  ),
  different(
    'Retry-After everywhere',
    'Every error says when to come back.',
    errors((answer) => ({ ...answer, headers: { 'retry-after': '1', ...answer.headers } })),
  ),
  different(
    'Retry-After as a date',
    'The time to come back is a date.',
    errors((answer) =>
      answer.headers['retry-after'] === undefined
        ? answer
        : { ...answer, headers: { ...answer.headers, 'retry-after': new Date(Date.now() + 60_000).toUTCString() } },
    ),
  ),
];

const times: readonly Mutant[] = [
  different(
    'answers that take a moment',
    'Every error takes a few milliseconds.',
    errors(async (answer) => {
      await sleep(2);
      return answer;
    }),
  ),
  different('answers that take their time', 'Every answer of the API, good or bad, takes 10 ms.', {
    answer: async (answer) => {
      await sleep(10);
      return answer;
    },
  }),
];

const one: readonly Mutant[] = [...bodies, ...ids, ...headers, ...times];

const everything: Mutant = {
  name: 'all of that at once',
  class: 'neutral',
  breaks: 'Everything that may be different is different.',
  lines: [],
  everything: 'lines and probes',
  proxy: () => {
    const meddlings = one.flatMap(({ proxy }) => proxy?.() ?? []);
    return {
      answer: async (answer, asked) => {
        let changed = answer;
        for (const meddling of meddlings) changed = (await meddling.answer?.(changed, asked)) ?? changed;
        return changed;
      },
    };
  },
};

/** Deployments that differ from the sandbox in what the contract leaves open: whatever is changed here, everything is still proven. */
export const NEUTRAL: readonly Mutant[] = [...one, everything];
