import { groupBy } from '../group.js';
import type { Finding } from '../errors.js';
import { join } from '../pointer.js';
import type { Content, Contract, Header, Operation, Parameter, Validator, Violation, Webhook } from '../types.js';
import { at, list, names } from './rule.js';

/** An example at one of its uses, and what its value has to satisfy there. */
interface Use {
  readonly operation: Pick<Operation, 'id'>;
  /** In words, without the operation: `the example newWork of the request`. */
  readonly label: string;
  readonly value: unknown;
  readonly pointer: string;
  readonly validate: Validator;
  /** Tells apart what a shared example is checked against. */
  readonly against: string;
}

/** Every example satisfies its own schema; that of a failure, the schema of its code. */
export function exampleInvalid(contract: Contract): Finding[] {
  const found = new Map<string, Finding>();
  for (const uses of groupBy(
    [...contract.operations.flatMap(usesOf), ...contract.webhooks.flatMap(webhookUses)],
    ({ against, pointer }) => `${against} ${pointer}`,
  ).values()) {
    const [{ label, value, pointer, validate }] = uses;
    const who = `${label} of ${names(uses.map(({ operation }) => operation))}`;
    const complaints = groupBy(mainViolations(attempt(validate, value)), ({ keyword, pointer: member }) =>
      keyword === 'required' ? `${member.slice(0, member.lastIndexOf('/'))}/*` : member,
    );
    for (const violations of complaints.values()) {
      const place = pointer + violations[0].pointer;
      if (!found.has(place)) found.set(place, invalid(contract, place, `${who}: ${complaint(violations)}`));
    }
  }
  return [...found.values()];
}

function complaint(violations: readonly [Violation, ...Violation[]]): string {
  const [{ pointer, keyword, message }, ...others] = violations;
  // What lacks is told apart from what is wrong: the first says of which kind they all are.
  if (others.length > 0 && keyword === 'required') {
    const members = violations.map((violation) => violation.pointer.slice(violation.pointer.lastIndexOf('/') + 1));
    return `${pointer.slice(0, pointer.lastIndexOf('/')) || 'the value'} lacks ${list(members)}`;
  }
  return `${pointer || 'the value'} ${message}`;
}

function invalid(contract: Contract, pointer: string, what: string): Finding {
  return at(contract, pointer, {
    problem: 'example-invalid',
    what,
    why: 'The mock answers with examples and readers copy them, so each must be what the contract promises.',
    remedy: 'Correct the example, or the schema that refuses it.',
  });
}

function usesOf(operation: Operation): Use[] {
  const { parameters, body, successes, failures, answers } = operation;
  return [
    ...parameters.flatMap((parameter) => described(operation, `parameter ${parameter.name}`, parameter)),
    ...(body?.json === undefined ? [] : named(operation, 'in the request', body.json, operation.pointer)),
    ...successes.flatMap(({ status, content, pointer }) =>
      content === undefined ? [] : named(operation, `under ${status}`, content, pointer),
    ),
    ...answers.flatMap(({ status, frames, pointer }) =>
      frames === undefined ? [] : named(operation, `of a frame under ${status}`, frames, pointer),
    ),
    ...failures.flatMap((failure) => named(operation, `under ${failure.status}`, failure, failure.pointer)),
    ...answers.flatMap(({ headers }) => headers.flatMap((header) => described(operation, `header ${header.name}`, header))),
  ];
}

function webhookUses({ name, parameters, body, pointer }: Webhook): Use[] {
  const webhook = { id: name };
  return [
    ...parameters.flatMap((parameter) => described(webhook, `header ${parameter.name}`, parameter)),
    ...(body?.json === undefined ? [] : named(webhook, 'in the body', body.json, pointer)),
  ];
}

function named(
  operation: Use['operation'],
  place: string,
  { examples, validate }: Pick<Content, 'examples' | 'validate'>,
  against: string,
): Use[] {
  return examples.map(({ name, value, pointer }) => ({
    operation,
    label: `the example ${name} ${place}`,
    value,
    pointer,
    validate,
    against,
  }));
}

function described(operation: Use['operation'], part: string, { example, validate, pointer }: Parameter | Header): Use[] {
  if (example === undefined) return [];
  return [{ operation, label: `the example of ${part}`, value: example, pointer: join(pointer, 'example'), validate, against: pointer }];
}

/** A schema that cannot be compiled is told by its own rule. */
function attempt(validate: Validator, value: unknown): readonly Violation[] {
  try {
    return validate(value);
  } catch {
    return [];
  }
}

/** Where no alternative fits, what each of them says against the value is noise. */
function mainViolations(violations: readonly Violation[]): readonly Violation[] {
  const choices = violations.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf');
  return violations.filter((violation) =>
    choices.every(
      (choice) => violation === choice || !(violation.pointer === choice.pointer || violation.pointer.startsWith(`${choice.pointer}/`)),
    ),
  );
}
