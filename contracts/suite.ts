import { InputError, type Contract } from '../spec/index.js';
import type { Deployment } from './deployment.js';
import { guarded } from './guarded.js';
import { exampleRequest } from './example-request.js';
import type { FailurePath, Scenario } from './path.js';
import type { ProbeSuite } from './probes/types.js';
import type { Cleanup, Steps } from './steps.js';
import type { SequenceModel } from './fuzz/sequences/index.js';
import type { Capability, Token, WireAnswer } from './types.js';
import type { RehearsalSuite } from './rehearsal/types.js';
import type { WebhookSuite } from './webhooks/types.js';

/** What the suite of one API knows beyond its contract: scenarios, paths, and how to come by identities and works. */
export interface Suite {
  readonly name: string;
  /** By operation id; an operation without one succeeds with the contract's own example of a request. */
  readonly scenarios: Readonly<Record<string, Scenario>>;
  readonly paths: readonly FailurePath[];
  /** The identity that an operation's security scheme asks for, by the scheme's name; by default the one of that name. */
  readonly identityOf: Readonly<Record<string, string>>;
  /** Public API calls that meet a capability which the deployment file does not. */
  readonly sequences: Readonly<Partial<Record<Capability, Sequence>>>;
  /** Values of path parameters where a request says none. */
  params(deployment: Deployment): Readonly<Record<string, string | undefined>>;
  /** What a successful answer has created that the run must remove, wherever in a run it was given. */
  created(operation: string, answer: WireAnswer, steps: Steps, params: Readonly<Record<string, string>>): Cleanup | undefined;
  /** How its webhooks are brought about, and what proves them. */
  readonly webhooks?: WebhookSuite;
  /** What it expects beyond single causes: who may not, and which of two faults is refused. */
  readonly probes?: ProbeSuite;
  /** How its deployments are imagined, where the contract's examples do not say it. */
  readonly rehearsal?: RehearsalSuite;
  /** What fuzzing may expect beyond the contract. */
  readonly fuzz?: FuzzSuite;
  /** Traces of runs that were aborted, and how to remove them; empty when the suite may not look. */
  leftovers(steps: Steps): Promise<readonly Leftover[]>;
  /** What this run has made without knowing, since no answer said so; empty when the suite may not look. */
  lost?(steps: Steps): Promise<readonly Leftover[]>;
  /** How many more keys this run may have at one time. */
  keyPlaces(steps: Steps): Promise<number>;
}

/** What fuzzing may expect of an API beyond its contract. */
export interface FuzzSuite {
  /** Path parameters and members of bodies that name something which exists: a made-up value must be refused. */
  readonly ids: readonly string[];
  /** What can be done one after the other, and what must hold whatever was done. */
  readonly model?: SequenceModel;
}

/** A way to a capability over the public API. */
export interface Sequence {
  readonly needs: readonly Capability[];
  /** Taken even when the deployment file has a ready-made one, because what was just made proves more. */
  readonly preferred?: boolean;
  /** Run for each path that needs it, which then removes what it has made: for what only few paths need, so that it takes no place for long. */
  readonly afresh?: boolean;
  /** Run at most once in a run, unless afresh; what it returns is shared by all paths. */
  run(steps: Steps): Promise<Token | string>;
}

export interface Leftover {
  readonly what: string;
  remove(): Promise<void>;
}

/** What a suite of your own says: its paths; everything else only where an API needs it. */
export type SuiteParts = Pick<Suite, 'paths'> & Partial<Suite>;

/**
 * The failure paths of an API of your own, for `failpath.suite.js`.
 *
 * @example
 * export default defineSuite({
 *   paths: [{ operation: 'createLamp', code: 'name.empty', cause: 'empty', when: (lamp) => ({ ...lamp, body: { name: '' } }) }],
 * });
 *
 * What is left out is the ordinary: an operation succeeds with the contract's own example of a request, the identity of a security
 * scheme has the scheme's name, and nothing that is made has to be removed.
 *
 * @throws {InputError} `suite-invalid` for what is no suite, so that JavaScript learns it as well
 */
export function defineSuite(parts: SuiteParts): Suite {
  const mistakes = mistakesIn(parts);
  if (mistakes.length > 0) throw new InputError(mistakes.map((what) => ({ ...NO_SUITE, what })));
  return {
    ...{ name: 'your-api', scenarios: {}, identityOf: {}, sequences: {}, fuzz: { ids: [] } },
    params: () => ({}),
    created: () => undefined,
    leftovers: () => Promise.resolve([]),
    keyPlaces: () => Promise.resolve(Infinity),
    ...parts,
    ...guarded(parts),
  };
}

/** The suite, with a scenario for each operation that its paths name: where it says none, the contract's own example succeeds. */
export function withScenarios(suite: Suite, contract: Contract): Suite {
  const missing = new Set(suite.paths.map(({ operation }) => operation).filter((operation) => suite.scenarios[operation] === undefined));
  const made = [...missing].flatMap((id): [string, Scenario][] => {
    const operation = contract.operation(id);
    if (operation === undefined) return [];
    const [credential] = operation.credentials;
    const needs: readonly Capability[] = credential === undefined ? [] : [`identity:${identityFor(suite, credential.scheme)}`];
    return [[id, { needs, given: () => Promise.resolve(exampleRequest(operation)) }]];
  });
  return made.length === 0 ? suite : { ...suite, scenarios: { ...suite.scenarios, ...Object.fromEntries(made) } };
}

const NO_SUITE = {
  problem: 'suite-invalid',
  why: 'A suite is a list of paths, each of which names a declared failure and one of its causes.',
  remedy: 'Say `export default { paths: [{ operation, code, cause, when }] }`; see docs/suites.md.',
} as const;

const NAMES_OF_A_PATH = ['operation', 'code', 'cause'] as const;
const STEPS_OF_A_PATH = ['given', 'when', 'control', 'thenAlso'] as const;

function mistakesIn(parts: unknown): string[] {
  if (!isRecord(parts)) return [`the suite is ${describe(parts)}`];
  const { paths } = parts;
  if (!Array.isArray(paths)) return [`the suite's paths are ${describe(paths)}, and no list`];
  return paths.flatMap((path: unknown, index) => {
    if (!isRecord(path)) return [`path ${index + 1} of the suite is ${describe(path)}`];
    const names = NAMES_OF_A_PATH.filter((name) => typeof path[name] !== 'string').map((name) => `has no ${name}`);
    const steps = STEPS_OF_A_PATH.filter((name) => path[name] !== undefined && typeof path[name] !== 'function');
    const still =
      path['given'] === undefined && path['when'] === undefined ? ['has neither given nor when, so nothing is faulty in it'] : [];
    return [...names, ...steps.map((name) => `has a ${name} that is no function`), ...still].map(
      (mistake) => `path ${index + 1} of the suite ${mistake}`,
    );
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  return value === undefined
    ? 'missing'
    : value === null
      ? 'null'
      : Array.isArray(value)
        ? 'a list'
        : typeof value === 'object'
          ? 'an object'
          : `a ${typeof value}`;
}

/** The identity that calls by a security scheme, unless a request says another. */
export function identityFor(suite: Suite, scheme: string): string {
  return suite.identityOf[scheme] ?? scheme;
}
