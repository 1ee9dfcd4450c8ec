import { groupBy } from '../group.js';
import type { Finding } from '../errors.js';
import { getIn, join, split } from '../pointer.js';
import { closest } from '../refs.js';
import type { Contract } from '../types.js';
import { at, list, names, quote } from './rule.js';

/** The examples of an error answer carry codes that the answer declares. */
export function exampleUndeclared(contract: Contract): Finding[] {
  const members = split(contract.envelope.code);
  const used = contract.operations.flatMap((operation) =>
    operation.answers
      .filter(({ failures }) => failures.length > 0)
      .flatMap((answer) => {
        const codes = answer.failures.map(({ code }) => code);
        return (answer.content?.examples ?? [])
          .map((example) => ({ operation, answer, example, codes, code: getIn(example.value, members) }))
          .filter(({ code }) => !codes.includes(code as string));
      }),
  );
  return [...groupBy(used, ({ answer, example }) => `${answer.status} ${example.pointer}`).values()].map((group) => {
    const [{ answer, example, code, codes }] = group;
    const place = `${answer.status} of ${names(group.map(({ operation }) => operation))}`;
    const meant = typeof code === 'string' ? closest(code, codes) : undefined;
    return at(contract, join(example.pointer, ...members), {
      problem: 'example-undeclared',
      what:
        code === undefined
          ? `the example ${example.name} of ${place} has no code`
          : `the example ${example.name} of ${place} has the code ${quote(code)}`,
      why: `${place} declares ${list(codes)}, so this answer would be a breach of the contract.`,
      remedy: meant === undefined ? 'Correct the code, move the example, or declare the code for this status.' : `Did you mean ${meant}?`,
    });
  });
}
