import { randomBytes } from 'node:crypto';
import { InputError, type Contract } from '../../spec/index.js';
import { createReceivers } from '../deliveries/index.js';
import { createMint, type Mint } from '../mint.js';
import { oncePer } from '../once.js';
import { Records, type Table } from '../state/index.js';
import type { Call, Outcome, Refusal, Sandbox, SandboxContext } from '../types.js';
import { adminRoutes } from './admin.js';
import { sha256 } from './digest.js';
import { compileOperations, type CompiledOperation } from './compile.js';
import { lastAtsId, setLastAtsId } from './effects/confirm.js';
import { isDownload, serveDownload } from './downloads.js';
import { Facts, readCredential } from './facts.js';
import { readLimits, type Limits } from './limits.js';
import { remembered } from './magic.js';
import { OPERATIONS, type AtsOperation } from './operations.js';
import { readPartnerSession } from './partner-sessions.js';
import { POLICIES, type Policies } from './policies.js';
import { CONTRACT_RULES, RULES, type RuleName } from './rules.js';
import type { Rule } from './rules/rule.js';
import type { Service } from './service.js';
import { createState, type State } from './state.js';
import { isStorage, receiveUpload } from './storage.js';
import { truth } from './truth.js';
import { readWebhooks, Webhooks, type WebhookRules } from './webhooks/index.js';
import { holderOf, seedWorld, WORLD, worldOf, type AtsWorld } from './world.js';

/** The sandbox of the ATS API; its world is known by type. */
export interface AtsSandbox extends Sandbox {
  readonly world: AtsWorld;
}

/** Who calls with a partner session: there is no well-known one, since it expires. */
const PARTNER_SESSION = 'partnerSession';

/** What a lying deployment does differently from a truthful one. */
export interface Replacements {
  readonly rules?: { readonly [Name in RuleName]?: Rule };
  readonly policies?: Partial<Policies>;
  /** By operationId: other checks, another order of them, another effect. */
  readonly operations?: Readonly<Record<string, Partial<AtsOperation>>>;
  /** Over those of the contract; bytes and milliseconds. */
  readonly limits?: Partial<Limits>;
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
export function createAtsSandbox(context: SandboxContext, replacements: Replacements = {}): AtsSandbox {
  const { contract, clock, tables = new Records(false), transact = (step) => Promise.resolve(step()), mint = randomMint(), tag } = context;
  const { operations, limits, policies } = compile(contract, replacements);
  const webhooks = readWebhooks(contract);
  const service: Service = { clock, limits, policies, mint, transact, magic: contract.magic, webhooks, state: createState(clock, tables) };
  const deliveries = webhooks === undefined ? undefined : deliver(service, webhooks, context);
  // A call is asked about more than once, and looking up its key takes a hash.
  const known = new WeakMap<Call, Facts>();
  const factsOf = (call: Call): Facts => {
    let facts = known.get(call);
    if (facts === undefined) known.set(call, (facts = new Facts(service, call)));
    return facts;
  };
  const sandbox: AtsSandbox = {
    answer: (call) => {
      const operation = operations.get(call.operation.id);
      // A step that is taken again has to look again.
      known.delete(call);
      return operation === undefined ? undefined : answer(operation, factsOf(call));
    },
    particulars: (failure, call) => truth(failure.code, factsOf(call)),
    remembers: (call) => remembered(factsOf(call)),
    identities: IDENTITIES,
    identity: ({ authorization }) => {
      const { scheme, token } = readCredential(authorization);
      return scheme === 'none' ? 'none' : (holderOf(token ?? '', tag) ?? sessionIdentity(service, token));
    },
    knows: ({ authorization }) => {
      const { token } = readCredential(authorization);
      const hash = sha256(token ?? '');
      if (service.state.keys.get(hash) !== undefined || service.state.administrators.get(hash) !== undefined) return true;
      return sessionIdentity(service, token) === PARTNER_SESSION;
    },
    elsewhere: (request) =>
      isDownload(request.path) ? serveDownload(service, request) : isStorage(request.path) ? receiveUpload(service, request) : undefined,
    reset: () => {
      resetState(service.state);
      seedWorld(service, worldOf(tag), clock.now());
      // Whoever tracked a transaction is to hear that it is gone.
      clock.agenda.changed();
    },
    close: () => deliveries?.close(),
    // Made when they are asked for, and the last members: what comes after an accessor takes a shape of its own in each world.
    get world() {
      return worldOf(tag);
    },
    get admin() {
      return adminRoutes(service);
    },
  };
  // Who keeps tables says when they are filled.
  if (context.tables === undefined) sandbox.reset();
  return sandbox;
}

/** The same for all worlds of a server. */
const receiversOf = oncePer((allowed: readonly string[]) => createReceivers(allowed));
const NOWHERE: readonly string[] = [];

/** Sends webhooks as long as the clock has an agenda. */
function deliver(
  service: Service,
  rules: WebhookRules,
  { clock, webhooksTo = NOWHERE, webhookPatienceMs = 1_000 }: SandboxContext,
): Webhooks {
  const webhooks = new Webhooks(service, { rules, forbids: receiversOf(webhooksTo), patienceMs: webhookPatienceMs });
  clock.agenda.add(webhooks);
  return webhooks;
}

/** The names of those who may call. */
const IDENTITIES: readonly string[] = [...Object.keys(WORLD.tokens), 'admin', PARTNER_SESSION];

interface Compiled {
  readonly operations: ReadonlyMap<string, CompiledOperation>;
  readonly limits: Limits;
  readonly policies: Policies;
}

const compiled = new WeakMap<Contract, Compiled>();

/** Once for all worlds of a contract, unless they lie. */
function compile(contract: Contract, replacements: Replacements): Compiled {
  const { rules = {}, policies = {}, operations = {}, limits = {} } = replacements;
  const isHonest = Object.values(replacements).every((replaced) => Object.keys(replaced).length === 0);
  const known = isHonest ? compiled.get(contract) : undefined;
  if (known !== undefined) return known;
  requireKnown('rule', rules, RULES);
  requireKnown('operation', operations, OPERATIONS);
  const rows = Object.entries(OPERATIONS).map(([id, row]): [string, AtsOperation] => [id, { ...row, ...operations[id] }]);
  const made = {
    operations: compileOperations(contract, { ...RULES, ...rules }, Object.fromEntries(rows)),
    limits: { ...readLimits(contract), ...limits },
    policies: { ...POLICIES, ...policies },
  };
  if (isHonest) compiled.set(contract, made);
  return made;
}

function randomMint(): Mint {
  let count = 0;
  return createMint({ seed: randomBytes(16).toString('hex'), count: { next: () => ++count } });
}

function answer({ rules, admittedBy, effect, status }: CompiledOperation, facts: Facts): Outcome | undefined {
  for (const [index, { name, check }] of rules.entries()) {
    const refusal = check(facts);
    if (refusal !== undefined) return { refused: CONTRACT_RULES.has(name) ? refusal : explain(refusal, name) };
    if (index === admittedBy) markUsed(facts);
  }
  const done = effect(facts);
  return done === undefined ? undefined : { succeeded: { status, ...done } };
}

/** Only for the sandbox's own refusals: that of the contract is the engine's, which knows it by identity. */
function explain(refusal: Refusal, rule: RuleName): Refusal {
  return { ...refusal, why: `${rule}: ${refusal.why}` };
}

function sessionIdentity(service: Service, token = ''): string {
  return token.startsWith('eyJ') && 'session' in readPartnerSession(service, token, service.clock.now()) ? PARTNER_SESSION : 'unknown';
}

function markUsed({ key, service: { state }, now }: Facts): void {
  if (key !== undefined) state.keys.put(key.token_sha256, { ...key, last_used_at: now });
}

/** The numbers of works go on where they were: a client that remembers one from before must not find another work. */
function resetState(state: State): void {
  const last = lastAtsId(state);
  for (const table of Object.values<Table<unknown>>(state as unknown as Record<string, Table<unknown>>)) table.clear();
  if (last > 0) setLastAtsId(state, last);
}

function requireKnown(what: string, replaced: object, originals: object): void {
  const unknown = Object.keys(replaced).filter((name) => !Object.hasOwn(originals, name));
  if (unknown.length === 0) return;
  throw new InputError(
    unknown.map((name) => ({
      problem: 'usage',
      what: `there is no ${what} ${JSON.stringify(name)}`,
      why: 'A replacement without an original would never be asked.',
      remedy: `Use one of ${Object.keys(originals).join(', ')}.`,
    })),
  );
}
