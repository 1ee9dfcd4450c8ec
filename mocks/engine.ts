import type { Contract, Failure, Operation } from '../spec/index.js';
import { createAnswers, type Answers, type Attempt, type Particulars } from './answers.js';
import { readJson, type JsonBody } from './body.js';
import { createCall, type CheckedCall } from './call.js';
import { createCatalogue, type Catalogue, type Entry } from './catalogue.js';
import { readChoice, type Choice } from './choice.js';
import { loadSources } from './dynamic.js';
import type { Fault } from './faults/index.js';
import { answerOptions, answerPreflight, routeOf } from './http/index.js';
import { redactTokens, redactUrl, type JournalRecord } from './journal.js';
import { createForward } from './proxy.js';
import { createResponder, sayApplied, type Given, type Responder } from './responder.js';
import { select, unreadable, type Selection } from './select.js';
import type { Scripts } from './script/index.js';
import { createScripted, type ScriptedAnswers, type ScriptedRequest } from './scripted.js';
import { newRequestId } from './template.js';
import type { Call, Clock, MockAnswer, MockRequest, Outcome, Sandbox } from './types.js';
import { createValidation, type Validate } from './validation.js';

/** An answer, and everything about it but the time that it took. */
export interface Answered {
  readonly answer: MockAnswer;
  readonly record: Omit<JournalRecord, 'milliseconds'>;
  /** Milliseconds that the caller, or a rule, wants to wait. */
  readonly delay: number;
  readonly fault?: Fault | undefined;
}

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
}

/** From a request to its answer, without sockets. */
export interface Engine {
  /** Never throws. */
  answer(request: MockRequest): Promise<Answered>;
  /** The answer to what never became a request: broken framing, over-long headers. */
  refuseFraming(why: string): Answered;
  /** The answer to a request that no operation can take. */
  refuseRoute(request: Target, why: string): Answered;
}

type Target = Pick<MockRequest, 'method' | 'path' | 'query'>;

/** A request on its way through the steps; the first that answers wins. */
interface Step {
  readonly requestId: string;
  readonly entry: Entry;
  readonly request: MockRequest;
  readonly params: Call['params'];
  readonly choice: Choice | undefined;
}

const DEFAULT_BODY_LIMIT = 1_048_576;
const NO_BODY: JsonBody = Object.freeze({ kind: 'absent' });
const NO_TARGET: Target = Object.freeze({ method: '-', path: '-', query: new URLSearchParams() });

/**
 * The engine of a contract: route, the caller's choice, the sandbox, validation, example. Whatever leaves it has been
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
  readonly #clock: Clock;
  readonly #sandbox: Sandbox | undefined;
  readonly #scripts: Scripts | undefined;
  readonly #scripted: ScriptedAnswers;
  readonly #cors: boolean;
  readonly #dynamic: boolean;
  readonly #seed: string | undefined;
  readonly #catalogue: Catalogue;
  readonly #answers: Answers;
  readonly #responder: Responder;
  readonly #validate: Validate;
  readonly #bodyLimit: number;

  constructor({ contract, clock, sandbox, scripts, proxyTo = [], cors = false, dynamic = false, seed }: EngineOptions) {
    this.#contract = contract;
    this.#clock = clock;
    this.#sandbox = sandbox;
    this.#scripts = scripts;
    this.#cors = cors;
    this.#dynamic = dynamic;
    this.#seed = seed;
    this.#catalogue = createCatalogue(contract);
    this.#answers = createAnswers(contract);
    this.#responder = createResponder(contract, this.#catalogue, this.#answers);
    const forward = createForward(proxyTo);
    this.#scripted = createScripted({
      contract,
      catalogue: this.#catalogue,
      answers: this.#answers,
      responder: this.#responder,
      sandbox,
      forward,
    });
    this.#validate = createValidation(contract);
    this.#bodyLimit = contract.limits['request_body_max_bytes']?.value ?? DEFAULT_BODY_LIMIT;
  }

  async answer(request: MockRequest): Promise<Answered> {
    const requestId = newRequestId();
    let operation: Operation | undefined;
    try {
      // Before the rules: a browser would hide what they answer behind a CORS error.
      const preflight = this.#cors ? answerPreflight(this.#contract, request, requestId) : undefined;
      if (preflight !== undefined)
        return this.#answered(preflight.isKnownPath ? request : parentOf(request), requestId, undefined, preflight);
      const route = routeOf(this.#contract, request);
      if (route === undefined) return await this.#elsewhere(request, requestId);
      operation = route.operation;
      const entry = this.#catalogue.entry(operation);
      const choice = readChoice(request);
      if (choice !== undefined && 'problem' in choice) {
        return this.#answered(request, requestId, operation, this.#responder.refuseChoice(entry, requestId, unreadable(choice).detail));
      }
      const given = await this.#given({ requestId, entry, request, params: route.params, choice });
      return this.#answered(request, requestId, operation, given, choice?.delay);
    } catch (error) {
      return this.#answered(request, requestId, operation, this.#responder.crashed(requestId, error));
    }
  }

  refuseFraming(why: string): Answered {
    const requestId = newRequestId();
    const message = `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
    const given = this.#responder.refuseOutside(requestId, 'invalid-request', {
      code: this.#contract.refusals.malformedBody,
      message,
      why,
    });
    return this.#answered(NO_TARGET, requestId, undefined, given);
  }

  refuseRoute(target: Target, why: string): Answered {
    const requestId = newRequestId();
    const refusal = { code: this.#contract.refusals.unknownRoute, message: 'There is no such route.', why };
    return this.#answered(target, requestId, undefined, this.#responder.refuseOutside(requestId, 'unknown-route', refusal));
  }

  async #given(step: Step): Promise<Given> {
    const { entry, choice, requestId } = step;
    if (choice !== undefined) {
      const selection = select(entry, choice, this.#catalogue, this.#dynamic);
      if (selection !== undefined) {
        return 'detail' in selection
          ? this.#responder.refuseChoice(entry, requestId, selection.detail)
          : this.#chosen(step, choice, selection);
      }
    }
    const call = await this.#call(step);
    const scripted = await this.#script(requestId, step.request, { entry, call });
    if (scripted?.given !== undefined) return scripted.given;
    const outcome = await this.#sandbox?.answer(call);
    const given = outcome === undefined ? await this.#generic(step, call) : this.#fromSandbox(step, call, outcome);
    return scripted === undefined ? given : { ...given, delay: scripted.delay };
  }

  /** Step: rules. Without `given` a rule lets the request pass, after its delay; `undefined` when none applies. */
  async #script(
    requestId: string,
    request: MockRequest,
    on: ScriptedRequest['on'],
  ): Promise<{ readonly given: Given | undefined; readonly delay: number } | undefined> {
    const decision = this.#scripts?.decide({
      method: request.method,
      path: request.path,
      query: request.query,
      headers: request.headers,
      operation: on?.entry.operation,
      body: on?.call.body,
      identity: this.#sandbox?.identity(request.headers) ?? 'unknown',
    });
    if (decision === undefined) return undefined;
    const delay = decision.delayMs;
    const scripted = await this.#scripted.carryOut(decision, { requestId, request, on });
    if (scripted === 'pass') return { given: undefined, delay };
    const { given, fault } = scripted;
    return { given: { ...given, delay, ...(fault === undefined ? {} : { fault }) }, delay };
  }

  /** Step: the caller's choice. */
  async #chosen(step: Step, choice: Choice, selection: Selection): Promise<Given> {
    const dynamic = selection.example === undefined && (choice.dynamic ?? this.#dynamic);
    const attempt = await this.#attempt(step, choice, selection, dynamic);
    const given = this.#responder.finish(step.requestId, attempt, {
      answeredBy: 'choice',
      why: choice.asked,
      code: selection.failure?.code,
    });
    return sayApplied(given, choice, { selected: true, dynamic });
  }

  async #attempt(step: Step, choice: Choice, { answer, failure, example }: Selection, dynamic: boolean): Promise<Attempt> {
    if (example !== undefined) return this.#answers.example(answer, failure, example, step.requestId);
    if (failure !== undefined) return this.#forced(step, failure, dynamic, choice);
    return dynamic ? this.#plausible(step, answer) : this.#answers.plain(answer, step.requestId);
  }

  /** A failure on demand, with what this request would truly make it say. */
  async #forced(step: Step, failure: Failure, dynamic: boolean, choice: Choice): Promise<Attempt> {
    const { requestId } = step;
    const call = await this.#call(step);
    const reason = call.validation.reason(failure);
    const known = this.#sandbox?.particulars(failure, call);
    const details = reason === undefined && known?.details === undefined ? undefined : { ...reason?.details, ...known?.details };
    const particulars: Particulars = { message: reason?.message, details, headers: known?.headers };
    if (dynamic) return this.#answers.dynamicFailure(failure, requestId, particulars, await loadSources(), this.#seedOf(choice));
    const attempt = this.#answers.failure(failure, requestId, particulars);
    return 'violations' in attempt && known === undefined ? this.#answers.failure(failure, requestId) : attempt;
  }

  /** Step: the sandbox. */
  #fromSandbox({ entry, requestId }: Step, call: CheckedCall, outcome: Outcome): Given {
    const { id } = entry.operation;
    if ('refused' in outcome) {
      const { refused } = outcome;
      if (refused === call.refusal()) return this.#responder.refuse(entry, requestId, refused);
      const failure = entry.failures.get(refused.code)?.[0];
      const because = { answeredBy: 'sandbox', why: refused.why, code: refused.code } as const;
      if (failure === undefined) return this.#responder.holdBack(requestId, because, `${id} does not declare ${refused.code}`);
      return this.#responder.finish(requestId, this.#answers.failure(failure, requestId, refused), because);
    }
    const { succeeded } = outcome;
    const answer = entry.answers.get(succeeded.status);
    const because = { answeredBy: 'sandbox', why: succeeded.why, code: undefined } as const;
    if (answer === undefined || answer.status >= 400) {
      return this.#responder.holdBack(requestId, because, `${id} declares no success ${succeeded.status}`);
    }
    return this.#responder.finish(requestId, this.#answers.success(answer, succeeded, requestId), because);
  }

  /** Steps: validation, example. */
  async #generic(step: Step, call: CheckedCall): Promise<Given> {
    const { requestId, choice, entry } = step;
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
    const attempt = dynamic ? await this.#plausible(step, success) : this.#answers.plain(success, requestId);
    const given = this.#responder.finish(requestId, attempt, because);
    return choice === undefined ? given : sayApplied(given, choice, { selected: false, dynamic });
  }

  async #plausible({ requestId, choice }: Step, answer: Selection['answer']): Promise<Attempt> {
    return this.#answers.dynamicSuccess(answer, requestId, await loadSources(), this.#seedOf(choice));
  }

  async #elsewhere(request: MockRequest, requestId: string): Promise<Answered> {
    const scripted = await this.#script(requestId, request, undefined);
    if (scripted?.given !== undefined) return this.#answered(request, requestId, undefined, scripted.given);
    const options = answerOptions(this.#contract, request, requestId);
    if (options !== undefined) return this.#answered(request, requestId, undefined, options);
    const answer = await this.#sandbox?.elsewhere(request);
    if (answer === undefined) return this.refuseRoute(request, this.#whyNoRoute(request));
    return this.#answered(parentOf(request), requestId, undefined, {
      answer,
      answeredBy: 'storage',
      why: 'outside the contract',
      code: undefined,
    });
  }

  #whyNoRoute({ method, path }: MockRequest): string {
    const others = METHODS.filter((other) => other !== method && this.#contract.route(other, path) !== undefined);
    const shown = redactUrl(path, NO_TARGET.query);
    return others.length === 0
      ? `no operation has the path ${shown}`
      : `no operation answers ${method} ${shown}, only ${others.join(', ')}`;
  }

  async #call({ entry: { operation }, entry, request, params }: Step): Promise<CheckedCall> {
    const body =
      operation.body?.json === undefined ? NO_BODY : await readJson(request.body, this.#bodyLimit, request.headers['content-encoding']);
    return createCall(operation, params, request, body, this.#validate(entry, request, body));
  }

  #seedOf(choice: Choice | undefined): string {
    return choice?.seed ?? this.#seed ?? newRequestId();
  }

  #answered({ method, path, query }: Target, requestId: string, operation: Operation | undefined, given: Given, delay = 0): Answered {
    const { answer, answeredBy, why, code, ruleId } = given;
    const record = {
      requestId,
      at: new Date(this.#clock.now()).toISOString(),
      method,
      url: redactUrl(path, query),
      operation: operation?.id,
      status: answer.status,
      code,
      answeredBy,
      ruleId,
      why: redactTokens(why),
    };
    const waits = code?.startsWith('failpath:') === true ? 0 : Math.max(delay, given.delay ?? 0);
    return { answer, record, delay: waits, fault: given.fault };
  }
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The end of a path outside the contract can be a credential (that of an upload URL is): it stays out of the journal. */
function parentOf({ method, path, query }: Target): Target {
  return { method, path: path.replace(/[^/]*$/, '…'), query };
}
