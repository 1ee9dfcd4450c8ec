import { closest, jsonPointer, type Contract, type Failure } from '../../spec/index.js';
import { profile, profiledFailure, profileSchema } from '../profiles/index.js';
import { detailsMembers } from '../schema.js';
import { newRequestId } from '../template.js';
import { NEVER_APPLIES, NOT_READ, type Problem, type Report } from './errors.js';
import type { Kit } from '../kit.js';
import type { Scope } from './scope.js';
import { shorten, show } from './show.js';
import type { RuleAnswer } from './types.js';

type Fails = Extract<RuleAnswer, { readonly fails: string }>;

/** Details and message must be such that the contract allows the whole answer. */
export function checkParticulars(
  { fails, details, message }: Fails,
  pointer: string,
  { reachable }: Scope,
  kit: Kit,
  report: Report,
): void {
  if (details === undefined && message === undefined) return;
  const declared = reachable.flatMap((operation) => kit.catalogue.entry(operation).failures.get(fails)?.slice(0, 1) ?? []);
  const failures = [...new Map(declared.map((failure) => [failure.schema, failure])).values()];
  if (failures[0] !== undefined && details !== undefined && isWrapped(details, failures, kit))
    return report(wrapped(fails, details, pointer));
  const refused = failures.map((failure) => ({ failure, ...kit.answers.failure(failure, newRequestId(), { details, message }) }));
  for (const found of refused) {
    if (!('violations' in found)) continue;
    const [violation] = found.violations;
    if (violation === undefined) continue;
    const member = memberOf(violation.pointer, kit.contract);
    const place = member === undefined ? 'the answer' : member.name;
    return report({
      pointer: `${pointer}${member?.pointer ?? ''}`,
      what: `${place} ${violation.message}, as the contract says of ${fails} on ${found.failure.operation.id}`,
      why: 'The mock does not answer what the contract forbids, unless it is told to.',
      remedy: 'Correct it, or use `offContract` or `responds` if a wrong answer is meant.',
    });
  }
  const [failure] = failures;
  if (failure !== undefined) checkNames(details ?? {}, failure, pointer, kit, report);
}

/** Whether the details stand inside of a member `details`, as scripts write them beside `fails`, though no such member is declared. */
function isWrapped(details: Readonly<Record<string, unknown>>, failures: readonly Failure[], { contract }: Kit): boolean {
  return Object.hasOwn(details, 'details') && !failures.some((failure) => detailsMembers(contract, failure).has('details'));
}

function wrapped(code: string, details: Readonly<Record<string, unknown>>, pointer: string): Problem {
  return {
    pointer: `${pointer}/details/details`,
    what: `the details of ${code} have no member "details"`,
    why: NOT_READ,
    remedy: `Pass the details themselves: ${show(details['details'])}.`,
  };
}

/** Operations that a profile is tried on; it is tried again when it is answered. */
const TRIED = 20;

/** A profile must have something to break. */
export function checkProfile(
  name: string,
  pointer: string,
  { reachable, outside }: Scope,
  { contract, answers }: Kit,
  report: Report,
): void {
  const known = profileSchema.safeParse(name);
  if (!known.success || outside) return;
  for (const operation of reachable.slice(0, TRIED)) {
    const failure = profiledFailure(operation);
    const attempt = failure === undefined ? undefined : answers.failure(failure, newRequestId());
    if (failure === undefined || attempt === undefined || !('answer' in attempt)) continue;
    const profiled = profile(known.data, { failure, contract, answer: attempt.answer });
    if (!('impossible' in profiled)) continue;
    const what = `${name} is not possible on ${operation.id}: ${profiled.impossible}`;
    return report({
      pointer: `${pointer}/offContract`,
      what,
      why: NEVER_APPLIES,
      remedy: 'Choose another profile, or name other operations.',
    });
  }
}

/** Details are open, so that a slip of the pen would go through as one more member. */
function checkNames(
  details: Readonly<Record<string, unknown>>,
  failure: Failure,
  pointer: string,
  { contract }: Kit,
  report: Report,
): void {
  const members = detailsMembers(contract, failure);
  for (const name of Object.keys(details)) {
    const meant = members.has(name) ? undefined : closest(name.slice(0, 200), [...members.keys()]);
    if (meant === undefined) continue;
    report({
      pointer: jsonPointer.join(`${pointer}/details`, name),
      what: `the details of ${failure.code} have no member ${JSON.stringify(shorten(name))}`,
      why: NOT_READ,
      remedy: `Did you mean ${meant}?`,
    });
  }
}

/** Where a place of the error body was written in the answer. */
function memberOf(pointer: string, { envelope }: Contract): { readonly name: string; readonly pointer: string } | undefined {
  if (pointer === envelope.message) return { name: 'the message', pointer: '/message' };
  if (pointer !== envelope.details && !pointer.startsWith(`${envelope.details}/`)) return undefined;
  const rest = pointer.slice(envelope.details.length);
  return { name: rest === '' ? 'details' : `details ${rest}`, pointer: `/details${rest}` };
}
