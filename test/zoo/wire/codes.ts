import type { Failure, Operation } from '../../../spec/index.js';
import { contract } from '../../support/judge.js';
import type { Mutant } from '../mutant.js';
import { telling, withBody, withError } from './rewrite.js';

const CODES: readonly string[] = [...new Set(contract.failures.map(({ code }) => code))];

/** Another code of the same status that the operation declares: what a copied line of code answers. */
function siblingOf({ failures }: Operation, code: string): string | undefined {
  const status = failures.find((one) => one.code === code)?.status;
  return failures.find((one) => one.status === status && one.code !== code)?.code;
}

const withSibling = (code: string): readonly Failure[] =>
  contract.failures.filter((failure) => failure.code === code && siblingOf(failure.operation, code) !== undefined);

const ofCode = (code: string): Mutant[] => [
  {
    name: `${code}: wrong status`,
    class: 'wire',
    breaks: `${code} is answered with another status than the declared one.`,
    lines: [`* ${code}`],
    outcome: 'violated',
    says: /^status: expected \d+, saw 4\d\d/,
    proxy: () => telling([code], (answer) => ({ ...answer, status: answer.status === 400 ? 422 : 400 })),
  },
  {
    name: `${code}: 200 with an error body`,
    class: 'wire',
    breaks: `${code} is told in the body only: whoever looks at the status sees a success.`,
    lines: [`* ${code}`],
    outcome: 'violated',
    says: /^status: expected \d+, saw 200/,
    proxy: () => telling([code], (answer) => ({ ...answer, status: 200 })),
  },
  ...(withSibling(code).length === 0
    ? []
    : [
        {
          name: `${code}: sibling code`,
          class: 'wire' as const,
          breaks: `In place of ${code}, another code of the same status is answered, which the operation declares as well.`,
          lines: withSibling(code).map(({ operation }) => `${operation.id} ${code}`),
          outcome: 'wrong-path' as const,
          says: /fired instead/,
          proxy: () =>
            telling([code], (answer, { operation }) => {
              const sibling = siblingOf(operation, code);
              return sibling === undefined ? answer : withError(answer, { code: sibling, details: undefined });
            }),
        },
      ]),
];

/** The envelope is the work of a middleware that one route was forgotten in. */
const ofOperation = ({ id, failures }: Operation): Mutant => ({
  name: `no envelope on ${id}`,
  class: 'wire',
  breaks: `${id} answers its errors without the envelope, which all others have.`,
  lines: [`${id} *`],
  ...(id === 'initWork' ? { everything: 'lines and probes' } : {}),
  outcome: 'violated',
  says: /^\/error\/code: expected .*, saw absent; it stands at \/code/,
  proxy: () =>
    telling(
      failures.map(({ code }) => code),
      (answer) => withBody(answer, ({ error }) => error),
      [id],
    ),
});

/** Lies that every code, and every operation, can be told with. */
export const OF_CODES: readonly Mutant[] = [...CODES.flatMap(ofCode), ...contract.operations.map(ofOperation)];
