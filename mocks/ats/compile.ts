import { InputError, closest, type Contract, type Finding, type Operation } from '../../spec/index.js';
import type { Effect } from './effects/effect.js';
import { OPERATIONS, type AtsOperation } from './operations.js';
import { CREDENTIAL_RULES, type RuleName, type Rules } from './rules.js';
import type { Rule } from './rules/rule.js';

/** An operation of the contract that the sandbox can answer, ready to run. */
export interface CompiledOperation {
  readonly rules: readonly { readonly name: RuleName; readonly check: Rule }[];
  /** Position of the last rule about the credential: a key that has passed it counts as used. `-1` where none is asked for. */
  readonly admittedBy: number;
  readonly effect: Effect;
  /** The contract's success status. */
  readonly status: number;
}

/**
 * Pairs the sandbox's operations with the contract's. An operation that the contract does not have is left out;
 * one that it has must declare whatever the sandbox can refuse there.
 *
 * @example
 * compileOperations(contract, RULES).get('initWork')?.rules.map(({ name }) => name);
 *
 * @throws {InputError} naming each code that a rule refuses with and the contract does not declare
 */
export function compileOperations(
  contract: Contract,
  rules: Rules,
  rows: Readonly<Record<string, AtsOperation>> = OPERATIONS,
): ReadonlyMap<string, CompiledOperation> {
  const compiled = new Map<string, CompiledOperation>();
  const findings: Finding[] = [];
  for (const [id, known] of Object.entries(rows)) {
    const operation = contract.operation(id);
    if (operation === undefined) continue;
    findings.push(...known.rules.flatMap((name) => undeclared(contract, operation, name, rules[name])));
    compiled.set(id, {
      rules: known.rules.map((name) => ({ name, check: rules[name] })),
      admittedBy: known.rules.findLastIndex((name) => CREDENTIAL_RULES.has(name)),
      effect: known.effect,
      status: operation.successes[0]?.status ?? 200,
    });
  }
  if (findings.length > 0) throw new InputError(findings);
  return compiled;
}

function undeclared(contract: Contract, operation: Operation, name: RuleName, rule: Rule): Finding[] {
  const { malformedBody, invalidBody } = contract.refusals;
  const codes = name === 'body' ? [malformedBody, invalidBody] : [rule.code];
  const declared = operation.failures.map(({ code }) => code);
  return codes
    .filter((code) => code !== undefined && !declared.includes(code))
    .map((code) => ({
      problem: 'path-undeclared',
      what: `the sandbox can refuse ${operation.id} with ${code} (rule ${name}), which the contract does not declare there`,
      why: 'Nothing may leave the mock that the contract does not declare.',
      remedy: `Declare ${code} there${hint(code ?? '', declared)}, or remove x-failpath.api to serve the contract without the sandbox.`,
      location: contract.locate(operation.pointer),
    }));
}

function hint(code: string, declared: readonly string[]): string {
  const nearest = closest(code, declared);
  return nearest === undefined ? '' : ` (is ${nearest} meant?)`;
}
