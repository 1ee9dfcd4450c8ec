import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { Answer, Meddling } from '../support/proxy.js';
import { withBody } from './wire.js';

/** A deployment that differs from the sandbox in what the contract leaves open: it must pass. */
export interface Harmless {
  readonly name: string;
  change(answer: Answer): Answer | Promise<Answer>;
}

const reversed = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([name, member]) => [name, reversed(member)]),
      )
    : value;

const upper = (name: string): string => name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());

/** What an API may change without telling its clients. */
export const HARMLESS: readonly Harmless[] = [
  {
    name: 'other messages',
    change: (answer) => withBody(answer, ({ error }) => ({ error: { ...error, message: 'Désolé, das geht nicht. 申し訳ありません' } })),
  },
  {
    name: 'an additional member of details',
    change: (answer) =>
      withBody(answer, ({ error }) => ({
        error: { ...error, details: { ...(error['details'] as object | undefined), hint: 'see the manual' } },
      })),
  },
  {
    name: 'additional members of the envelope',
    change: (answer) =>
      withBody(answer, ({ error }) => ({
        version: 2,
        error: { ...error, documentation_url: 'https://docs.example.org/errors', status: answer.status },
      })),
  },
  { name: 'members in another order', change: (answer) => withBody(answer, reversed) },
  { name: 'white space', change: (answer) => ({ ...answer, text: `\n${JSON.stringify(JSON.parse(answer.text), null, 4)}\n` }) },
  {
    name: 'answers that take a moment',
    change: async (answer) => {
      await sleep(2);
      return answer;
    },
  },
  {
    name: 'no X-Request-Id',
    change: ({ headers: { 'x-request-id': _, ...headers }, ...answer }) => ({ ...answer, headers }),
  },
  {
    name: 'a charset',
    change: (answer) => ({ ...answer, headers: { ...answer.headers, 'content-type': 'Application/JSON; charset=UTF-8' } }),
  },
  {
    name: 'header names in upper case, and more headers',
    change: (answer) => ({
      ...answer,
      headers: {
        ...Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [upper(name), value])),
        Server: 'nginx',
        'X-Powered-By': 'tea',
      },
    }),
  },
  {
    name: 'request ids of another form',
    change: (answer) =>
      withBody(answer, ({ error }) => ({ error: { ...error, request_id: `req_${randomUUID().toUpperCase()}:eu-west/1` } })),
  },
];

/** A proxy that makes such changes to every error answer. */
export function changing(...changes: readonly Harmless[]): Meddling {
  return {
    async answer(answer) {
      let changed = answer;
      if (answer.status >= 400) for (const { change } of changes) changed = await change(changed);
      return changed;
    },
  };
}
