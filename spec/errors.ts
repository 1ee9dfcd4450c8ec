import type { Location } from './types.js';

/**
 * Every problem that failpath reports about its input, by stable name: the one catalogue behind error texts,
 * `docs/errors.md` and `failpath check`.
 */
export const PROBLEMS = {
  // The contract's document
  'contract-unreadable': 'The contract file cannot be read, or is not UTF-8.',
  'contract-syntax': 'The contract is not well-formed YAML or JSON.',
  'contract-version': 'The contract is not an OpenAPI 3.0 or 3.1 description.',
  'contract-structure': 'The document breaks the structure that OpenAPI prescribes.',
  'contract-extension': 'An `x-` member that failpath reads has the wrong shape.',
  'broken-ref': 'A $ref points at nothing.',
  'unsupported-ref': 'A $ref points where failpath does not follow it.',
  'unsupported-keyword': 'A schema uses a keyword that is not part of its dialect.',
  'unsupported-dialect': 'Schemas are written in a dialect that failpath does not read.',
  'schema-invalid': 'A schema is not a valid JSON Schema.',
  'code-two-statuses': 'One code is declared under two statuses.',
  'code-repeated': 'One answer lists a code twice.',
  'code-missing': 'An error answer declares no code.',
  'wildcard-error': 'An answer is declared for a range of statuses or as default.',
  'failure-without-example': 'A failure has no named example.',
  'example-invalid': 'An example is refused by its own schema.',
  'example-undeclared': 'An example carries a code that is not declared for its status.',
  'credential-failure-missing': 'A secured operation lacks a failure of its credential.',
  'body-failure-missing': 'An operation with a JSON body lacks a failure of its body.',
  'violation-code-undeclared': 'A constraint names a code that the operation does not declare.',
  'magic-collision': 'A value that the contract shows for a request is a magic value.',
  'magic-refused': 'A magic value is refused where it is to be sent.',
  'unused-component': 'A component is never used.',
  // Everything else
  usage: 'The command line cannot be understood.',
  'filter-empty': 'A filter selects nothing.',
  'deployment-invalid': 'The deployment file is not valid.',
  'deployment-secret-missing': 'The deployment file names an environment variable that is not set.',
  'suite-unreadable': 'A module of failure paths cannot be loaded.',
  'suite-invalid': 'A module of failure paths is no suite.',
  'path-undeclared': 'A failure path names something that the contract does not declare.',
  'path-duplicate': 'Two failure paths claim the same operation, code and cause.',
  'finding-unreadable': 'A finding that was kept cannot be read.',
  'har-invalid': 'A HAR file cannot be used.',
  'ledger-invalid': 'A ledger cannot be used.',
  'ledger-partial': 'A ledger that leaves failures out is to decide.',
  'ledgers-unmergeable': 'Ledgers do not make one whole.',
  'policy-invalid': 'The policy file is not valid.',
  'baseline-invalid': 'The file of known violations cannot be read.',
  'record-invalid': 'A record of the store cannot be trusted.',
  'script-invalid': 'A rule of a script cannot be used.',
  'address-unavailable': 'The address to listen on is taken or not allowed.',
  'replay-unusable': 'A situation cannot be replayed here.',
  'output-unwritable': 'A report cannot be written.',
  'state-unusable': 'The folder of the state cannot be used.',
  'store-unusable': 'The store that servers are to share cannot be used.',
} as const;

export type ProblemName = keyof typeof PROBLEMS;

/** What happened, why it matters, what to do about it, and where. */
export interface Finding {
  readonly problem: ProblemName;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
  readonly location?: Location;
}

/**
 * Bad input, told in full: one or more findings; the commands map it to exit code 4.
 *
 * @example
 * throw new InputError([{ problem: 'usage', what: '--port is "x"', why: 'a port is a number', remedy: 'Say --port 4010.' }]);
 */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(findings.map(formatFinding).join('\n'));
    this.findings = findings;
  }
}

/**
 * One finding as text: place and statement on the first line, reason and remedy below.
 *
 * @example
 * formatFinding(finding); // "openapi.yaml:12:7  broken-ref  $ref ... points at nothing\n    why: ...\n    fix: ..."
 */
export function formatFinding(finding: Finding): string {
  const { location, problem, what, why, remedy } = finding;
  const place = location === undefined ? '' : `${location.file}:${location.line}:${location.column}  `;
  return `${place}${problem}  ${what}\n    why: ${why}\n    fix: ${remedy}`;
}
