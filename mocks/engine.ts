import type { Contract, Operation, Route } from '../spec/index.js';
import { createFinish, type Answered, type Finish } from './answered.js';
import { NO_TARGET, outside, withoutEnd, type Ask, type Asked, type Target } from './asked.js';
import { NO_BODY, peekJson, readJson } from './body.js';
import { createCall, type CheckedCall } from './call.js';
import { Elsewhere } from './elsewhere.js';
import type { Entry } from './entries.js';
import { readChoice, type Choice } from './choice.js';
import { createChosen, type Chosen, type Filling } from './chosen.js';
import { answerPreflight, routeOf } from './http/index.js';
import { kitOf, type Kit } from './kit.js';
import { createMagic, type FindMagic, type MagicChoice, type MagicMiss } from './magic.js';
import { oncePer } from './once.js';
import { createForward } from './proxy.js';
import { ruledBy, ruleFor, type Ruled } from './ruled.js';
import { appliedOf, createResponder, type Because, type Given, type Responder } from './responder.js';
import { select, unreadable, type Selection } from './select.js';
import { newWork, type Decision, type Scripts } from './script/index.js';
import { isUnavailable, WorldGone } from './state/index.js';
import { createScripted, type ScriptedAnswers } from './scripted.js';
import { whenThere, type Soon } from './soon.js';
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

/** From a request to its answer, without sockets. */
export interface Engine {
  /** @throws {WorldGone} when the world has ended meanwhile; and nothing else */
  answer(request: MockRequest): Soon<Answered>;
  /** The answer to what never became a request: broken framing, over-long headers. */
  refuseFraming(why: string): Answered;
  /** The answer to a request that no operation can take. */
  refuseRoute(request: Target, why: string): Answered;
  /** The answer to a request for a world that cannot be looked at. */
  unavailable(request: Target, error: Error): Answered;
  /** The answer to a request that there is no time for; `undefined` where the contract declares none, and the request has to be answered. */
  overloaded(request: Target): Answered | undefined;
}

/** A request on its way through the steps; the first that answers wins. */
interface Step extends Asked {
  readonly entry: Entry;
  readonly call: CheckedCall;
  readonly choice: Choice | undefined;
}

/** How far a request has come, for when something breaks on its way. */
interface Way {
  asked: Asked;
  operation: Operation | undefined;
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
  readonly #elsewhere: Elsewhere;

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
    ask = (_, step) => step(),
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
    this.#elsewhere = new Elsewhere({
      contract,
      scripts,
      sandbox,
      ask,
      finish: this.#finish,
      responder: this.#responder,
      scripted: this.#scripted,
      read: (asked) => (this.#mayHaveRules() ? this.#read(asked) : asked),
    });
  }

  answer(request: MockRequest): Soon<Answered> {
    const identity = this.#sandbox?.identity(request.headers) ?? 'unknown';
    const way: Way = { asked: { requestId: newRequestId(), request, body: NO_BODY, identity, work: newWork() }, operation: undefined };
    try {
      const answered = this.#begin(way);
      return answered instanceof Promise ? answered.catch((error: unknown) => this.#broken(way, error)) : answered;
    } catch (error) {
      return this.#broken(way, error);
    }
  }

  #begin(way: Way): Soon<Answered> {
    const { asked } = way;
    const { request } = asked;
    // Before the rules: a browser would hide what they answer behind a CORS error.
    const preflight = this.#cors ? answerPreflight(this.#contract, request, asked.requestId) : undefined;
    if (preflight !== undefined) return this.#finish(preflight.isKnownPath ? asked : withoutEnd(asked), undefined, preflight);
    const route = routeOf(this.#contract, request);
    if (route === undefined) return this.#elsewhere.answer(asked);
    way.operation = route.operation;
    if (route.operation.body?.json === undefined) return this.#reach(asked, route);
    return whenThere(this.#read(asked), (read) => this.#reach((way.asked = read), route));
  }

  /** A request that has reached an operation, as far as it has to be read. */
  #reach(asked: Asked, { operation, params }: Route): Soon<Answered> {
    const { requestId, request, body, identity, work } = asked;
    const entry = this.#kit.catalogue.entry(operation);
    const choice = readChoice(request);
    if (choice !== undefined && 'problem' in choice) {
      return this.#finish(asked, operation, this.#responder.refuseChoice(entry, requestId, unreadable(choice).detail));
    }
    const call = createCall(operation, params, request, body, this.#validate(entry, request, body));
    return whenThere(this.#given({ requestId, request, body, identity, work, entry, call, choice }), (given) =>
      this.#finish(asked, operation, unlessUpgraded(given, asked, operation), choice?.delay),
    );
  }

  #broken({ asked, operation }: Way, error: unknown): Answered {
    if (error instanceof WorldGone) throw error;
    if (isUnavailable(error)) return this.#unavailable(asked, operation, error);
    return this.#finish(asked, operation, this.#responder.crashed(asked.requestId, error));
  }

  refuseFraming(why: string): Answered {
    const asked = outside(NO_TARGET);
    const message = `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
    const refusal = { code: this.#contract.refusals.malformedBody, message, why };
    return this.#finish(asked, undefined, this.#responder.refuseOutside(asked.requestId, 'invalid-request', refusal));
  }

  refuseRoute(target: Target, why: string): Answered {
    const asked = outside(target);
    return this.#finish(asked, undefined, this.#elsewhere.unknownRoute(asked, why));
  }

  unavailable(target: Target, error: Error): Answered {
    return this.#unavailable(outside(target), routeOf(this.#contract, target)?.operation, error);
  }

  overloaded(target: Target): Answered | undefined {
    const operation = routeOf(this.#contract, target)?.operation;
    if (operation === undefined) return undefined;
    const asked = outside(target);
    const given = this.#responder.overloaded(this.#kit.catalogue.entry(operation), asked.requestId);
    return given && this.#finish(asked, operation, given);
  }

  #unavailable(asked: Asked, operation: Operation | undefined, error: Error): Answered {
    const entry = operation && this.#kit.catalogue.entry(operation);
    return this.#finish(asked, operation, this.#responder.unavailable(entry, asked.requestId, error));
  }

  #given(step: Step): Soon<Given> {
    const { entry, choice, requestId } = step;
    if (choice !== undefined) {
      const selection = select(entry, choice, this.#kit.catalogue, this.#dynamic);
      if (selection !== undefined) {
        return 'detail' in selection
          ? this.#responder.refuseChoice(entry, requestId, selection.detail)
          : this.#select(step, choice, selection);
      }
    }
    return whenThere(
      this.#ask(step, () => this.#decide(step)),
      (decided) => {
        const { ruled } = decided;
        const given = this.#carryOut(step, decided);
        return ruled === undefined ? given : whenThere(given, (one) => ruledBy(one, ruled));
      },
    );
  }

  /** Steps: rules, magic values, the sandbox; all that reads or changes the world. */
  #decide(step: Step): Decided {
    const { call, entry } = step;
    const ruled = ruleFor(this.#scripts, step, entry.operation);
    if (ruled !== undefined && !('passes' in ruled.decision.answer)) return { ruled, by: 'rule', decision: ruled.decision };
    const magic = this.#magic?.(call, () => this.#sandbox?.remembers(call) ?? []);
    if (magic !== undefined) return { ruled, by: 'magic', magic };
    const outcome = this.#sandbox?.answer(call);
    return outcome === undefined ? { ruled, by: 'nobody' } : { ruled, by: 'sandbox', outcome };
  }

  #carryOut(step: Step, decided: Decided): Soon<Given> {
    if (decided.by === 'rule') {
      const { requestId, request, entry, call } = step;
      return this.#scripted.carryOut(decided.decision, { requestId, request, on: { entry, call } });
    }
    if (decided.by === 'magic') return this.#magical(step, decided.magic);
    return decided.by === 'sandbox' ? this.#fromSandbox(step, decided.outcome) : this.#generic(step);
  }

  /** Step: the caller's choice. */
  #select({ call, requestId }: Step, choice: Choice, selection: Selection): Soon<Given> {
    const dynamic = selection.example === undefined && (choice.dynamic ?? this.#dynamic);
    return whenThere(this.#chosen.selected(selection, call, requestId, this.#filling(dynamic, choice)), (attempt) => {
      const because: Because = { answeredBy: 'choice', why: choice.asked, code: selection.failure?.code };
      return this.#responder.finish(requestId, attempt, because, appliedOf(choice, { selected: true, dynamic }));
    });
  }

  /** Step: magic values. */
  #magical({ call, requestId, choice, entry }: Step, magic: MagicChoice | MagicMiss): Soon<Given> {
    if ('detail' in magic) return this.#responder.refuseChoice(entry, requestId, magic.detail);
    const { failure, why } = magic;
    const dynamic = choice?.dynamic ?? this.#dynamic;
    return whenThere(this.#chosen.failure(failure, call, requestId, this.#filling(dynamic, choice)), (attempt) => {
      const because: Because = { answeredBy: 'magic', why, code: failure.code };
      return this.#responder.finish(requestId, attempt, because, appliedOf(choice, { selected: false, dynamic }));
    });
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
  #generic({ requestId, choice, entry, call }: Step): Soon<Given> {
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
      ? this.#chosen.plausible(success, requestId, this.#filling(dynamic, choice).seed)
      : this.#kit.answers.plain(success, requestId);
    return whenThere(attempt, (made) => this.#responder.finish(requestId, made, because, appliedOf(choice, { selected: false, dynamic })));
  }

  #filling(dynamic: boolean, choice: Choice | undefined): Filling {
    return { dynamic, seed: choice?.seed ?? this.#seed };
  }

  #mayHaveRules(): boolean {
    return this.#scripts !== undefined && (this.#shared || this.#scripts.size > 0);
  }

  /** Reads the body; where there are rules it is kept as it came, for one may send the request on. */
  #read(asked: Asked): Soon<Asked> {
    const { requestId, request, identity, work } = asked;
    const encoding = request.headers['content-encoding'];
    if (!this.#mayHaveRules()) {
      return whenThere(readJson(request.body, this.#bodyLimit, encoding), (body) => ({ requestId, request, body, identity, work }));
    }
    return whenThere(peekJson(request.body, this.#bodyLimit, encoding), ({ json, body }) => {
      const kept = body === request.body ? request : { ...request, body };
      return { requestId, request: kept, body: json, identity, work };
    });
  }
}
