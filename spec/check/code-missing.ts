import { groupBy } from '../group.js';
import type { Finding } from '../errors.js';
import { alternatives, codesAt, follow } from '../members.js';
import { join, split } from '../pointer.js';
import type { Answer, Contract, Operation } from '../types.js';
import { at, names } from './rule.js';

interface Missing {
  readonly operation: Operation;
  readonly answer: Answer;
  readonly pointer: string;
  readonly what: string;
}

/** Every error answer, and every alternative that its schema offers, declares which code it carries. */
export function codeMissing(contract: Contract): Finding[] {
  const members = split(contract.envelope.code);
  const codes = new Map<string, boolean>();
  const hasCode = (pointer: string): boolean => {
    let known = codes.get(pointer);
    if (known === undefined) codes.set(pointer, (known = codesAt(contract.document, pointer, members).length > 0));
    return known;
  };
  const missing = contract.operations.flatMap((operation) =>
    // The answer to HEAD has no body, whatever it describes.
    operation.method === 'HEAD'
      ? []
      : operation.answers.filter(({ status }) => status >= 400).flatMap((answer) => lacking(contract, operation, answer, hasCode)),
  );
  return [...groupBy(missing, ({ pointer, what }) => `${pointer} ${what}`).values()].map((group) => {
    const [{ pointer, what, answer }] = group;
    return at(contract, pointer, {
      problem: 'code-missing',
      what: `${answer.status} of ${names(group.map(({ operation }) => operation))} ${what}`,
      why: 'A failure is known by its code; without one there is nothing to prove.',
      remedy: `Give the schema of each failure a code of its own at ${contract.envelope.code}: {const: ...}.`,
    });
  });
}

function lacking(contract: Contract, operation: Operation, answer: Answer, hasCode: (pointer: string) => boolean): Missing[] {
  const place = follow(contract.document, answer.pointer).pointer;
  if (answer.content === undefined) return [{ operation, answer, pointer: place, what: 'has no JSON body, and so no code' }];
  if (answer.content.schema === undefined) return [{ operation, answer, pointer: place, what: 'has no schema, and so no code' }];
  const schemas = alternatives(contract.document, join(place, 'content', answer.content.mediaType, 'schema'));
  return schemas
    .filter((pointer) => !hasCode(pointer))
    .map((pointer) => ({
      operation,
      answer,
      pointer,
      what: schemas.length > 1 ? 'has an alternative without a code' : 'declares no code',
    }));
}
