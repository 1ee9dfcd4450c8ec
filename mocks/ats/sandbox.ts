import { randomBytes } from 'node:crypto';
import { InputError, type Contract, type Failure } from '../../spec/index.js';
import { createReceivers } from '../deliveries/index.js';
import { createMint, type Mint } from '../mint.js';
import { oncePer } from '../once.js';
import { Records, type Table, type Tables } from '../state/index.js';
import type { AdminRoute, Call, MockAnswer, MockRequest, Outcome, Refusal, Remembered, Sandbox, SandboxContext } from '../types.js';
import { adminRoutes } from './admin.js';
import { compileOperations, type CompiledOperation } from './compile.js';
import { lastAtsId, setLastAtsId } from './effects/confirm.js';
import { isDownload, serveDownload } from './downloads.js';
import { Facts, readCredential, tokenName } from './facts.js';
import { readLimits, type Limits } from './limits.js';
import { remembered } from './magic.js';
import { OPERATIONS, type AtsOperation } from './operations.js';
import { readPartnerSession } from './partner-sessions.js';
import { POLICIES, type Policies } from './policies.js';
import { CONTRACT_RULES, RULES, type RuleName } from './rules.js';
import type { Rule } from './rules/rule.js';
import type { Service } from './service.js';
import { createState, type State } from './state.js';
import { isStorage, receiveUpload, uploadAtOnce } from './storage.js';
import { truth } from './truth.js';
import { readWebhooks, Webhooks, type WebhookRules } from './webhooks/index.js';
import { beginWorld, holderOf, seedWorld, WORLD, worldOf, type AtsWorld } from './world.js';

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
  const { operations, limits, policies, webhooks } = compile(contract, replacements);
  const state = createState(clock, tables);
  const service: Service = { clock, limits, policies, mint, transact, magic: contract.magic, webhooks, state };
  const deliveries = webhooks === undefined ? undefined : deliver(service, webhooks, context);
  const sandbox = new ServiceSandbox({ service, tables, operations, tag, deliveries });
  // Who keeps tables says when they are filled.
  if (context.tables === undefined) sandbox.reset();
  return sandbox;
}

interface SandboxParts {
  readonly service: Service;
  readonly tables: Tables;
  readonly operations: Compiled['operations'];
  readonly tag: string | undefined;
  readonly deliveries: Webhooks | undefined;
}

/**
 * A call is asked about more than once, one after the other, and looking up its key takes a hash. One for all worlds: each would keep
 * its last request.
 */
let known: Facts | undefined;

/** There may be many: methods are shared by all of them. No member is `#private`, since a replay asks one through an object made from it. */
class ServiceSandbox implements AtsSandbox {
  private readonly parts: SandboxParts;
  // Who holds a well-known credential never changes, and the same one comes again and again.
  private lastCredential: string | undefined = undefined;
  private lastHolder: string | undefined = undefined;

  constructor(parts: SandboxParts) {
    this.parts = parts;
  }

  get identities(): readonly string[] {
    return IDENTITIES;
  }

  get world(): AtsWorld {
    return worldOf(this.parts.tag);
  }

  get admin(): readonly AdminRoute[] {
    return adminRoutes(this.parts.service);
  }

  answer(call: Call): Outcome | undefined {
    const operation = this.parts.operations.get(call.operation.id);
    // A step that is taken again has to look again.
    known = undefined;
    return operation === undefined ? undefined : answer(operation, this.factsOf(call));
  }

  particulars(failure: Failure, call: Call): Pick<Refusal, 'details' | 'headers'> {
    return truth(failure.code, this.factsOf(call));
  }

  remembers(call: Call): readonly Remembered[] {
    return remembered(this.factsOf(call));
  }

  identity({ authorization }: MockRequest['headers']): string {
    if (authorization === this.lastCredential && this.lastHolder !== undefined) return this.lastHolder;
    const { scheme, token } = readCredential(authorization);
    const holder = scheme === 'none' ? 'none' : holderOf(token ?? '', this.parts.tag);
    if (typeof authorization === 'string') [this.lastCredential, this.lastHolder] = [authorization, holder];
    return holder ?? sessionIdentity(this.parts.service, token);
  }

  knows({ authorization }: MockRequest['headers']): boolean {
    const { service } = this.parts;
    const { token } = readCredential(authorization);
    const hash = tokenName(token ?? '');
    if (service.state.keys.get(hash) !== undefined || service.state.administrators.get(hash) !== undefined) return true;
    return sessionIdentity(service, token) === PARTNER_SESSION;
  }

  elsewhere(request: MockRequest, looked?: boolean): Promise<MockAnswer> | undefined {
    const { service } = this.parts;
    if (isDownload(request.path)) return serveDownload(service, request);
    return isStorage(request.path) ? receiveUpload(service, request, looked) : undefined;
  }

  atOnce(request: MockRequest): MockAnswer | undefined {
    return isStorage(request.path) && !isDownload(request.path) ? uploadAtOnce(this.parts.service, request) : undefined;
  }

  reset(): void {
    const { service, tag } = this.parts;
    resetState(service.state);
    seedWorld(service, worldOf(tag), service.clock.now());
    // Whoever tracked a transaction is to hear that it is gone.
    service.clock.agenda.changed();
  }

  begin(): void {
    const { service, tables, tag } = this.parts;
    beginWorld(service, tables, tag, service.clock.now());
  }

  close(): void {
    this.parts.deliveries?.close();
  }

  private factsOf(call: Call): Facts {
    const { service } = this.parts;
    if (known?.call !== call || known.service !== service) known = new Facts(service, call);
    return known;
  }
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
  readonly webhooks: WebhookRules | undefined;
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
    webhooks: readWebhooks(contract),
  };
  if (isHonest) compiled.set(contract, made);
  return made;
}

function randomMint(): Mint {
  let count = 0;
  return createMint({ seed: randomBytes(16).toString('hex'), count: { next: () => ++count } });
}

function answer({ rules, admittedBy, effect, status }: CompiledOperation, facts: Facts): Outcome | undefined {
  let index = 0;
  for (const { name, check } of rules) {
    const refusal = check(facts);
    if (refusal !== undefined) return { refused: CONTRACT_RULES.has(name) ? refusal : explain(refusal, name) };
    if (index++ === admittedBy) markUsed(facts);
  }
  const done = effect(facts);
  return done === undefined ? undefined : { succeeded: { status, ...done } };
}

/** Only for the sandbox's own refusals: that of the contract is the engine's, which knows it by identity. */
function explain(refusal: Refusal, rule: RuleName): Refusal {
  const { code, message, details, headers, why } = refusal;
  return { code, message, details, headers, why: `${rule}: ${why}` };
}

function sessionIdentity(service: Service, token = ''): string {
  return token.startsWith('eyJ') && 'session' in readPartnerSession(service, token, service.clock.now()) ? PARTNER_SESSION : 'unknown';
}

function markUsed({ key, service: { state }, now }: Facts): void {
  if (key !== undefined && key.last_used_at !== now) state.keys.put(key.token_sha256, { ...key, last_used_at: now });
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
