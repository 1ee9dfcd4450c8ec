import type { Contract } from '../spec/index.js';
import type { Answered, Finish } from './answered.js';
import { scriptRequestOf, withoutEnd, type Ask, type Asked } from './asked.js';
import { NO_BODY } from './body.js';
import { answerOptions } from './http/index.js';
import { redactUrl } from './redact.js';
import type { Given, Responder } from './responder.js';
import { ruledBy, ruleFor, type Ruled } from './ruled.js';
import { nearestRule, type Scripts } from './script/index.js';
import type { ScriptedAnswers } from './scripted.js';
import { whenThere, type Soon } from './soon.js';
import type { MockAnswer, MockRequest, Sandbox } from './types.js';

/** What an engine is made of, as far as no operation is needed. */
export interface ElsewhereParts {
  readonly contract: Contract;
  readonly scripts: Scripts | undefined;
  readonly sandbox: Sandbox | undefined;
  readonly ask: Ask;
  readonly finish: Finish;
  readonly responder: Responder;
  readonly scripted: ScriptedAnswers;
  /** Reads a body that rules may look at, so that the storage can still stream it. */
  readonly read: (asked: Asked) => Soon<Asked>;
}

/** Answers requests that reach no operation: rules, OPTIONS, what the API has around it (its object storage), and that there is no such route. */
export class Elsewhere {
  readonly #parts: ElsewhereParts;

  constructor(parts: ElsewhereParts) {
    this.#parts = parts;
  }

  answer(asked: Asked): Soon<Answered> {
    return whenThere(this.#parts.read(asked), (seen) => this.#answer(seen));
  }

  unknownRoute(asked: Asked, why: string): Given {
    const { contract, responder, scripts } = this.#parts;
    const refusal = { code: contract.refusals.unknownRoute, message: 'There is no such route.', why };
    const given = responder.refuseOutside(asked.requestId, 'unknown-route', refusal);
    const nearest = scripts && nearestRule(scripts, scriptRequestOf(asked, undefined));
    return nearest === undefined ? given : { ...given, nearest };
  }

  #answer(asked: Asked): Soon<Answered> {
    const { contract, ask } = this.#parts;
    const options = answerOptions(contract, asked.request, asked.requestId);
    const decided = ask(
      asked,
      () => this.#decide(asked, options === undefined),
      ({ stored }) => stored === undefined,
    );
    return whenThere(decided, ({ ruled, stored }) => {
      if (ruled !== undefined) return this.#carryOut(asked, ruled);
      if (options !== undefined) return this.#parts.finish(unread(asked), undefined, options);
      return stored === undefined ? this.#around(asked) : this.#stored(asked, stored);
    });
  }

  /** Rules, and what the surroundings have stored or refused in the same step. */
  #decide(asked: Asked, isStorable: boolean): { readonly ruled?: Ruled; readonly stored?: MockAnswer | undefined } {
    const { scripts, sandbox } = this.#parts;
    const ruled = ruleFor(scripts, asked, undefined);
    if (ruled !== undefined && !('passes' in ruled.decision.answer)) return { ruled };
    return { stored: isStorable ? sandbox?.atOnce?.(asked.request) : undefined };
  }

  #carryOut(asked: Asked, ruled: Ruled): Soon<Answered> {
    const { scripted, finish } = this.#parts;
    const { requestId, request } = asked;
    const given = scripted.carryOut(ruled.decision, { requestId, request, on: undefined });
    return whenThere(given, (one) => finish(asked, undefined, ruledBy(one, ruled)));
  }

  #around(asked: Asked): Soon<Answered> {
    const { sandbox, finish } = this.#parts;
    return whenThere(sandbox?.elsewhere(asked.request, sandbox.atOnce !== undefined), (answer) =>
      answer === undefined
        ? finish(asked, undefined, this.unknownRoute(asked, this.#whyNoRoute(asked.request)))
        : this.#stored(asked, answer),
    );
  }

  #stored(asked: Asked, { status, headers, body, stream, passedOn }: MockAnswer): Answered {
    return this.#parts.finish(withoutEnd(unread(asked)), undefined, {
      answer: { status, headers: { ...headers }, body, stream, passedOn },
      answeredBy: 'storage',
      why: 'outside the contract',
      code: undefined,
    });
  }

  #whyNoRoute({ method, path }: MockRequest): string {
    const others = METHODS.filter((other) => other !== method && this.#parts.contract.route(other, path) !== undefined);
    const shown = redactUrl(path, new URLSearchParams());
    return others.length === 0
      ? `no operation has the path ${shown}`
      : `no operation answers ${method} ${shown}, only ${others.join(', ')}`;
  }
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** What is stored is nobody's to list. */
function unread({ requestId, request, identity, work }: Asked): Asked {
  return { requestId, request, body: NO_BODY, identity, work };
}
