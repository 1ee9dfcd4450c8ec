import type { Contract, Operation } from '../spec/index.js';
import { createFinish, type Answered, type Finish } from './answered.js';
import { NO_TARGET, outside, scriptRequestOf, type Asked, type Target } from './asked.js';
import { NO_BODY, peekJson, readJson } from './body.js';
import { createCall, type CheckedCall } from './call.js';
import type { Entry } from './entries.js';
import { readChoice, type Choice } from './choice.js';
import { createChosen, type Chosen, type Filling } from './chosen.js';
import { answerOptions, answerPreflight, routeOf } from './http/index.js';
import { kitOf, type Kit } from './kit.js';
import { createMagic, type FindMagic, type MagicChoice, type MagicMiss } from './magic.js';
import { oncePer } from './once.js';
import { createForward } from './proxy.js';
import { redactUrl } from './redact.js';
import { createResponder, sayApplied, type Given, type Responder } from './responder.js';
import { select, unreadable, type Selection } from './select.js';
import { nearestRule, newWork, type Decision, type Scripts } from './script/index.js';
import { isUnavailable, WorldGone } from './state/index.js';
import { createScripted, type ScriptedAnswers } from './scripted.js';
import { newRequestId } from './template.js';
import type { Clock, MockRequest, Outcome, Sandbox } from './types.js';
import { unlessUpgraded } from './upgrade.js';
import { createValidation, type Validate } from './validation.js';

export interface EngineOptions {
  readonly contract: Contract;
  readonly clock: Clock;
  readonly sandbox?: Sandbox | undefined;
  /** Rules, which are asked between the caller's choice and the sandbox. */
  readonly scripts?: Scripts | undefined;
  /** Origins that rules may send requests on to. */
  readonly proxyTo?: readonly string[] | undefined;
  /** Whether browsers are told that pages from anywhere may call the API. */
  readonly cors?: boolean | undefined;
  /** Whether answers are generated where nothing else says what they are. */
  readonly dynamic?: boolean | undefined;
  /** Of everything that is generated; without one, each answer differs. */
  readonly seed?: string | undefined;
  /** Draws the delay of an answer that nobody else delays, in milliseconds. */
  readonly delay?: (() => number) | undefined;
  /** How what a request reads and changes of its world is done in one step; by default at once. */
  readonly ask?: Ask | undefined;
  /** Whether others may have added rules that nobody here knows of yet. */
  readonly shared?: boolean | undefined;
  /** Whether callers of the API may know what rules expect; true unless the control API asks for a token. */
  readonly open?: boolean | undefined;
}

/** Takes the step by which a request is decided, maybe more than once, and resolves once its result is kept. */
export type Ask = <T>(asked: Asked, step: () => T) => Promise<T>;

/** From a request to its answer, without sockets. */
export interface Engine {
  /** @throws {WorldGone} when the world has ended meanwhile; and nothing else */
  answer(request: MockRequest): Promise<Answered>;
  /** The answer to what never became a request: broken framing, over-long headers. */
  refuseFraming(why: string): Answered;
  /** The answer to a request that no operation can take. */
  refuseRoute(request: Target, why: string): Answered;
  /** The answer to a request for a world that cannot be looked at. */
  unavailable(request: Target, error: Error): Answered;
}

/** A request on its way through the steps; the first that answers wins. */
interface Step extends Asked {
  readonly entry: Entry;
  readonly call: CheckedCall;
  readonly choice: Choice | undefined;
}

/** What a rule has decided. */
interface Ruled {
  readonly decision: Decision;
  readonly delay: number | undefined;
  readonly ruleId: string;
}

/** Who answers, and what of it had to be found out in one step. */
type Decided = { readonly ruled: Ruled | undefined } & (
  | { readonly by: 'rule'; readonly decision: Decision }
  | { readonly by: 'magic'; readonly magic: MagicChoice | MagicMiss }
  | { readonly by: 'sandbox'; readonly outcome: Outcome }
  | { readonly by: 'nobody' }
);

const DEFAULT_BODY_LIMIT = 1_048_576;

/** What engines of the same contract have in common; those of one server also know what each of them has sent on. */
const magicOf = oncePer(createMagic);
const responderOf = oncePer(createResponder);
const validationOf = oncePer(createValidation);
const forwardTo = oncePer(createForward);
const NOWHERE: readonly string[] = [];

/**
 * The engine of a contract: route, the caller's choice, rules, the sandbox, validation, example. Whatever leaves it has been
 * checked against the contract, or says that it is the mock's own.
 *
 * @example
 * const { answer } = await createEngine({ contract, clock }).answer(request);
 */
export function createEngine(options: EngineOptions): Engine {
  return new ContractEngine(options);
}

class ContractEngine implements Engine {
  readonly #contract: Contract;
  readonly #sandbox: Sandbox | undefined;
  readonly #scripts: Scripts | undefined;
  readonly #scripted: ScriptedAnswers;
  readonly #magic: FindMagic | undefined;
  readonly #ask: Ask;
  readonly #shared: boolean;
  readonly #cors: boolean;
  readonly #dynamic: boolean;
  readonly #seed: string | undefined;
  readonly #finish: Finish;
  readonly #kit: Kit;
  readonly #chosen: Chosen;
  readonly #responder: Responder;
  readonly #validate: Validate;
  readonly #bodyLimit: number;

  constructor({
    contract,
    clock,
    sandbox,
    scripts,
    proxyTo = NOWHERE,
    cors = false,
    dynamic = false,
    seed,
    delay = () => 0,
    ask = (_, step) => Promise.resolve(step()),
    shared = false,
    open = true,
  }: EngineOptions) {
    this.#contract = contract;
    this.#sandbox = sandbox;
    this.#scripts = scripts;
    this.#magic = magicOf(contract);
    this.#ask = ask;
    this.#shared = shared;
    this.#cors = cors;
    this.#dynamic = dynamic;
    this.#seed = seed;
    this.#finish = createFinish({ clock, scripts, delay, open });
    this.#kit = kitOf(contract);
    this.#chosen = createChosen(this.#kit, sandbox);
    this.#responder = responderOf(this.#kit);
    this.#scripted = createScripted({ kit: this.#kit, responder: this.#responder, sandbox, forward: forwardTo(proxyTo) });
    this.#validate = validationOf(contract);
    this.#bodyLimit = contract.limits['request_body_max_bytes']?.value ?? DEFAULT_BODY_LIMIT;
  }

  async answer(request: MockRequest): Promise<Answered> {
    const identity = this.#sandbox?.identity(request.headers) ?? 'unknown';
    let asked: Asked = { requestId: newRequestId(), request, body: NO_BODY, identity, work: newWork() };
    let operation: Operation | undefined;
    try {
      // Before the rules: a browser would hide what they answer behind a CORS error.
      const preflight = this.#cors ? answerPreflight(this.#contract, request, asked.requestId) : undefined;
      if (preflight !== undefined) return this.#finish(preflight.isKnownPath ? asked : withoutEnd(asked), undefined, preflight);
      const route = routeOf(this.#contract, request);
      if (route === undefined) return await this.#elsewhere(asked);
      operation = route.operation;
      const entry = this.#kit.catalogue.entry(operation);
      if (operation.body?.json !== undefined) asked = await this.#read(asked);
      const { body } = asked;
      const call = createCall(operation, route.params, request, body, this.#validate(entry, request, body));
      const choice = readChoice(request);
      if (choice !== undefined && 'problem' in choice) {
        return this.#finish(asked, operation, this.#responder.refuseChoice(entry, asked.requestId, unreadable(choice).detail));
      }
      const given = unlessUpgraded(await this.#given({ ...asked, entry, call, choice }), asked, operation);
      return this.#finish(asked, operation, given, choice?.delay);
    } catch (error) {
      if (error instanceof WorldGone) throw error;
      if (isUnavailable(error)) return this.#unavailable(asked, operation, error);
      return this.#finish(asked, operation, this.#responder.crashed(asked.requestId, error));
    }
  }

  refuseFraming(why: string): Answered {
    const asked = outside(NO_TARGET);
    const message = `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
    const refusal = { code: this.#contract.refusals.malformedBody, message, why };
    return this.#finish(asked, undefined, this.#responder.refuseOutside(asked.requestId, 'invalid-request', refusal));
  }

  refuseRoute(target: Target, why: string): Answered {
    const asked = outside(target);
    return this.#finish(asked, undefined, this.#unknownRoute(asked, why));
  }

  unavailable(target: Target, error: Error): Answered {
    return this.#unavailable(outside(target), routeOf(this.#contract, target)?.operation, error);
  }

  #unavailable(asked: Asked, operation: Operation | undefined, error: Error): Answered {
    const entry = operation && this.#kit.catalogue.entry(operation);
    return this.#finish(asked, operation, this.#responder.unavailable(entry, asked.requestId, error));
  }

  async #given(step: Step): Promise<Given> {
    const { entry, choice, requestId } = step;
    if (choice !== undefined) {
      const selection = select(entry, choice, this.#kit.catalogue, this.#dynamic);
      if (selection !== undefined) {
        return 'detail' in selection
          ? this.#responder.refuseChoice(entry, requestId, selection.detail)
          : this.#select(step, choice, selection);
      }
    }
    const decided = await this.#ask(step, () => this.#decide(step));
    const { ruled } = decided;
    const given = await this.#carryOut(step, decided);
    return ruled === undefined ? given : { ...given, delay: ruled.delay, ruleId: ruled.ruleId };
  }

  /** Steps: rules, magic values, the sandbox; all that reads or changes the world. */
  #decide(step: Step): Decided {
    const { call, entry } = step;
    const ruled = this.#rule(step, entry.operation);
    if (ruled !== undefined && !('passes' in ruled.decision.answer)) return { ruled, by: 'rule', decision: ruled.decision };
    const magic = this.#magic?.(call, () => this.#sandbox?.remembers(call) ?? []);
    if (magic !== undefined) return { ruled, by: 'magic', magic };
    const outcome = this.#sandbox?.answer(call);
    return outcome === undefined ? { ruled, by: 'nobody' } : { ruled, by: 'sandbox', outcome };
  }

  /** A rule that lets the request pass still delays it. */
  #rule(asked: Asked, operation: Operation | undefined): Ruled | undefined {
    if (this.#scripts === undefined || this.#scripts.size === 0) return undefined;
    const decision = this.#scripts.decide(scriptRequestOf(asked, operation));
    if (decision === undefined) return undefined;
    return { decision, delay: decision.rule.delay === undefined ? undefined : decision.delayMs, ruleId: decision.rule.id };
  }

  #carryOut(step: Step, decided: Decided): Given | Promise<Given> {
    if (decided.by === 'rule') return this.#scripted.carryOut(decided.decision, { ...step, on: { entry: step.entry, call: step.call } });
    if (decided.by === 'magic') return this.#magical(step, decided.magic);
    return decided.by === 'sandbox' ? this.#fromSandbox(step, decided.outcome) : this.#generic(step);
  }

  /** Step: the caller's choice. */
  async #select({ call, requestId }: Step, choice: Choice, selection: Selection): Promise<Given> {
    const dynamic = selection.example === undefined && (choice.dynamic ?? this.#dynamic);
    const attempt = await this.#chosen.selected(selection, call, requestId, this.#filling(dynamic, choice));
    const given = this.#responder.finish(requestId, attempt, { answeredBy: 'choice', why: choice.asked, code: selection.failure?.code });
    return sayApplied(given, choice, { selected: true, dynamic });
  }

  /** Step: magic values. */
  async #magical({ call, requestId, choice, entry }: Step, magic: MagicChoice | MagicMiss): Promise<Given> {
    if ('detail' in magic) return this.#responder.refuseChoice(entry, requestId, magic.detail);
    const { failure, why } = magic;
    const dynamic = choice?.dynamic ?? this.#dynamic;
    const attempt = await this.#chosen.failure(failure, call, requestId, this.#filling(dynamic, choice));
    const given = this.#responder.finish(requestId, attempt, { answeredBy: 'magic', why, code: failure.code });
    return choice === undefined ? given : sayApplied(given, choice, { selected: false, dynamic });
  }

  /** Step: the sandbox. */
  #fromSandbox({ entry, requestId, call }: Step, outcome: Outcome): Given {
    const { id } = entry.operation;
    if ('refused' in outcome) {
      const { refused } = outcome;
      if (refused === call.refusal()) return this.#responder.refuse(entry, requestId, refused);
      const failure = entry.failures.get(refused.code)?.[0];
      const because = { answeredBy: 'sandbox', why: refused.why, code: refused.code } as const;
      if (failure === undefined) return this.#responder.holdBack(requestId, because, `${id} does not declare ${refused.code}`);
      return this.#responder.finish(requestId, this.#kit.answers.failure(failure, requestId, refused), because);
    }
    const { succeeded } = outcome;
    const answer = entry.answers.get(succeeded.status);
    const because = { answeredBy: 'sandbox', why: succeeded.why, code: undefined } as const;
    if (answer === undefined || answer.status >= 400) {
      return this.#responder.holdBack(requestId, because, `${id} declares no success ${succeeded.status}`);
    }
    return this.#responder.finish(requestId, this.#kit.answers.success(answer, succeeded, requestId), because);
  }

  /** Steps: validation, example. */
  async #generic({ requestId, choice, entry, call }: Step): Promise<Given> {
    const { operation, success } = entry;
    const refusal = call.refusal();
    if (refusal !== undefined) return this.#responder.refuse(entry, requestId, refusal);
    const dynamic = choice?.dynamic ?? this.#dynamic;
    const why = `${dynamic ? 'plausible data' : 'the first example'} for a good request`;
    const because = { answeredBy: 'example', why, code: undefined } as const;
    if (success === undefined) {
      const remedy = 'Declare one, or ask for a failure with Prefer: error=<code>.';
      return this.#responder.noAnswer(requestId, because, `${operation.id} declares no success. ${remedy}`);
    }
    const attempt = dynamic
      ? await this.#chosen.plausible(success, requestId, this.#filling(dynamic, choice).seed)
      : this.#kit.answers.plain(success, requestId);
    const given = this.#responder.finish(requestId, attempt, because);
    return choice === undefined ? given : sayApplied(given, choice, { selected: false, dynamic });
  }

  #filling(dynamic: boolean, choice: Choice | undefined): Filling {
    return { dynamic, seed: choice?.seed ?? this.#seed };
  }

  #mayHaveRules(): boolean {
    return this.#scripts !== undefined && (this.#shared || this.#scripts.size > 0);
  }

  /** Reads the body; where there are rules it is kept as it came, for one may send the request on. */
  async #read(asked: Asked): Promise<Asked> {
    const { request } = asked;
    const encoding = request.headers['content-encoding'];
    if (!this.#mayHaveRules()) return { ...asked, body: await readJson(request.body, this.#bodyLimit, encoding) };
    const { json, body } = await peekJson(request.body, this.#bodyLimit, encoding);
    return { ...asked, request: { ...request, body }, body: json };
  }

  async #elsewhere(asked: Asked): Promise<Answered> {
    let { request, body } = asked;
    if (this.#mayHaveRules()) {
      // Rules may look at the body, and the storage streams it.
      ({ request, body } = await this.#read(asked));
      const seen = { ...asked, request, body };
      const ruled = await this.#ask(seen, () => this.#rule(seen, undefined));
      if (ruled !== undefined && !('passes' in ruled.decision.answer)) {
        const { decision, delay, ruleId } = ruled;
        const given = await this.#scripted.carryOut(decision, { ...seen, on: undefined });
        return this.#finish({ ...asked, body }, undefined, { ...given, delay, ruleId });
      }
    }
    const options = answerOptions(this.#contract, request, asked.requestId);
    if (options !== undefined) return this.#finish(asked, undefined, options);
    const answer = await this.#sandbox?.elsewhere(request);
    if (answer === undefined) {
      const seen = { ...asked, body };
      return this.#finish(seen, undefined, this.#unknownRoute(seen, this.#whyNoRoute(request)));
    }
    return this.#finish(withoutEnd({ ...asked, request }), undefined, {
      answer,
      answeredBy: 'storage',
      why: 'outside the contract',
      code: undefined,
    });
  }

  #unknownRoute(asked: Asked, why: string): Given {
    const refusal = { code: this.#contract.refusals.unknownRoute, message: 'There is no such route.', why };
    const given = this.#responder.refuseOutside(asked.requestId, 'unknown-route', refusal);
    const nearest = this.#scripts && nearestRule(this.#scripts, scriptRequestOf(asked, undefined));
    return nearest === undefined ? given : { ...given, nearest };
  }

  #whyNoRoute({ method, path }: MockRequest): string {
    const others = METHODS.filter((other) => other !== method && this.#contract.route(other, path) !== undefined);
    const shown = redactUrl(path, new URLSearchParams());
    return others.length === 0
      ? `no operation has the path ${shown}`
      : `no operation answers ${method} ${shown}, only ${others.join(', ')}`;
  }
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The end of a path outside the contract can be a credential (that of an upload URL is): it stays out of the journal. */
function withoutEnd(asked: Asked): Asked {
  const { path: whole } = asked.request;
  const path = `${whole.slice(0, whole.lastIndexOf('/') + 1)}…`;
  return { ...asked, request: { ...asked.request, path, url: path } };
}
