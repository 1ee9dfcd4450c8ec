import { randomBytes } from 'node:crypto';
import { InputError } from '../../spec/index.js';
import { createMint } from '../mint.js';
import type { Call, Outcome, Refusal, Sandbox, SandboxContext } from '../types.js';
import { adminRoutes } from './admin.js';
import { compileOperations, type CompiledOperation } from './compile.js';
import { lastAtsId, setLastAtsId } from './effects/confirm.js';
import { Facts, readCredential } from './facts.js';
import { readLimits } from './limits.js';
import { remembered } from './magic.js';
import { POLICIES, type Policies } from './policies.js';
import { RULES, type RuleName, type Rules } from './rules.js';
import type { Rule } from './rules/rule.js';
import type { Service } from './service.js';
import { createState, type State } from './state.js';
import { isStorage, receiveUpload } from './storage.js';
import { truth } from './truth.js';
import { seedWorld, WORLD, type AtsWorld } from './world.js';

/** The sandbox of the ATS API; its world is known by type. */
export interface AtsSandbox extends Sandbox {
  readonly world: AtsWorld;
}

/** The well-known tokens, by value. */
const IDENTITIES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(WORLD.tokens).map(([name, token]): [string, string] => [token, name]),
  [WORLD.admin, 'admin'],
]);

/** What a lying deployment does differently from a truthful one. */
export interface Replacements {
  readonly rules?: { readonly [Name in RuleName]?: Rule };
  readonly policies?: Partial<Policies>;
}

/**
 * A stateful ATS behind the contract: every failure happens in it for its real reason. Each check is a named rule, and
 * each rule and policy can be replaced, which makes a deployment that lies about just that.
 *
 * @example
 * const honest = createAtsSandbox({ contract, clock });
 * const careless = createAtsSandbox({ contract, clock }, { rules: { revokedKey: () => undefined } });
 *
 * @throws {InputError} when the contract lacks a limit, or does not declare a code that a rule refuses with
 */
export function createAtsSandbox({ contract, clock }: SandboxContext, { rules = {}, policies = {} }: Replacements = {}): AtsSandbox {
  const operations = compileOperations(contract, replaceRules(rules));
  const service: Service = {
    clock,
    limits: readLimits(contract),
    policies: { ...POLICIES, ...policies },
    magic: contract.magic,
    mint: createMint({ seed: randomBytes(16).toString('hex'), count: counter() }),
    state: createState(clock),
  };
  seedWorld(service, clock.now());
  // A call is asked about more than once, and looking up its key takes a hash.
  const known = new WeakMap<Call, Facts>();
  const factsOf = (call: Call): Facts => {
    let facts = known.get(call);
    if (facts === undefined) known.set(call, (facts = new Facts(service, call)));
    return facts;
  };

  return {
    world: WORLD,
    admin: adminRoutes(service),
    answer: (call) => {
      const operation = operations.get(call.operation.id);
      return operation === undefined ? undefined : answer(operation, factsOf(call));
    },
    particulars: (failure, call) => truth(failure.code, factsOf(call)),
    remembers: (call) => remembered(factsOf(call)),
    identities: [...IDENTITIES.values()],
    identity: ({ authorization }) => {
      const { scheme, token } = readCredential(authorization);
      return scheme === 'none' ? 'none' : (IDENTITIES.get(token ?? '') ?? 'unknown');
    },
    elsewhere: (request) => (isStorage(request.path) ? receiveUpload(service, request) : undefined),
    reset: () => {
      service.state = freshState(service);
      // Whoever tracked a transaction is to hear that it is gone.
      service.clock.agenda.changed();
    },
  };
}

function answer({ rules, admittedBy, effect, status }: CompiledOperation, facts: Facts): Outcome | undefined {
  for (const [index, { name, check }] of rules.entries()) {
    const refusal = check(facts);
    if (refusal !== undefined) return { refused: name === 'body' ? refusal : explain(refusal, name) };
    if (index === admittedBy) markUsed(facts);
  }
  const done = effect(facts);
  return done === undefined ? undefined : { succeeded: { status, ...done } };
}

/** Only for the sandbox's own refusals: that of the contract is the engine's, which knows it by identity. */
function explain(refusal: Refusal, rule: RuleName): Refusal {
  return { ...refusal, why: `${rule}: ${refusal.why}` };
}

function markUsed({ key, service: { state }, now }: Facts): void {
  if (key !== undefined) state.keys.put(key.token_sha256, { ...key, last_used_at: now });
}

/** The numbers of works go on where they were: a client that remembers one from before must not find another work. */
function freshState(service: Service): State {
  const state = createState(service.clock);
  setLastAtsId(state, lastAtsId(service.state));
  seedWorld({ state, mint: service.mint }, service.clock.now());
  return state;
}

function counter(): { next(): number } {
  let count = 0;
  return { next: () => ++count };
}

function replaceRules(replaced: NonNullable<Replacements['rules']>): Rules {
  const unknown = Object.keys(replaced).filter((name) => !(name in RULES));
  if (unknown.length === 0) return { ...RULES, ...replaced };
  throw new InputError(
    unknown.map((name) => ({
      problem: 'usage',
      what: `there is no rule ${JSON.stringify(name)}`,
      why: 'A replacement without an original would never be asked.',
      remedy: `Use one of ${Object.keys(RULES).join(', ')}.`,
    })),
  );
}
