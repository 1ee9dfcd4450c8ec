import { jsonPointer, type Failure } from '../spec/index.js';
import { fillBaseUrl } from './base-url.js';
import type { Answers } from './answers.js';
import type { CheckedCall } from './call.js';
import type { Entry } from './entries.js';
import { spoilsAnswer } from './faults/index.js';
import type { Kit } from './kit.js';
import { ORIGIN, problem } from './problem.js';
import { profile, profiledFailure, PROFILES, type ProfileName } from './profiles/index.js';
import type { Forward } from './proxy.js';
import type { Because, Given, Responder } from './responder.js';
import type { Decision, RuleAnswer } from './script/index.js';
import type { MockAnswer, MockRequest, Sandbox } from './types.js';

/** What a decision may need to be carried out; without an operation only what needs no contract can be answered. */
export interface ScriptedRequest {
  readonly requestId: string;
  readonly request: MockRequest;
  readonly on: { readonly entry: Entry; readonly call: CheckedCall } | undefined;
}

/** Carries out what rules decide, other than to let a request pass. */
export interface ScriptedAnswers {
  carryOut(decision: Decision, scripted: ScriptedRequest): Promise<Given>;
}

type Response = Extract<RuleAnswer, { responds: unknown }>['responds'];

export interface ScriptedOptions {
  readonly kit: Kit;
  readonly responder: Responder;
  readonly sandbox: Sandbox | undefined;
  readonly forward: Forward;
}

/**
 * Turns decisions of rules into answers: declared ones are checked like any other answer, what is not the contract's is
 * labelled as the mock's own.
 *
 * @example
 * const scripted = createScripted({ kit, responder, sandbox, forward });
 */
export function createScripted(options: ScriptedOptions): ScriptedAnswers {
  const { kit, responder, sandbox, forward } = options;
  const { contract, answers } = kit;

  const failure = (
    declared: Failure,
    answer: Extract<RuleAnswer, { fails: string }>,
    { requestId, on }: ScriptedRequest,
  ): ReturnType<Answers['failure']> => {
    const known = on === undefined ? {} : sandbox?.particulars(declared, on.call);
    return answers.failure(declared, requestId, {
      ...known,
      ...(answer.message === undefined ? {} : { message: answer.message }),
      headers: { ...known?.headers, ...lowerCased(answer.headers) },
      details: known?.details === undefined && answer.details === undefined ? undefined : { ...known?.details, ...answer.details },
    });
  };

  const offContract = (name: string, scripted: ScriptedRequest, because: Because): Given => {
    const declared = scripted.on && profiledFailure(scripted.on.entry.operation);
    if (declared === undefined || !isProfile(name))
      return unavailable(`there is no failure that ${name} could start from`, scripted, because);
    const attempt = answers.failure(declared, scripted.requestId);
    const profiled = 'answer' in attempt ? profile(name, { failure: declared, contract, answer: attempt.answer }) : undefined;
    if (profiled === undefined || 'impossible' in profiled) {
      return unavailable(profiled?.impossible ?? `${declared.key} cannot be answered`, scripted, because);
    }
    return { ...because, answer: profiled.answer, code: declared.code, spoiledBy: name };
  };

  const unavailable = (detail: string, { requestId }: ScriptedRequest, because: Because): Given => ({
    ...because,
    code: 'failpath:script-unavailable',
    answer: problem('script-unavailable', `The rule (${because.why}) cannot be carried out: ${detail}.`, requestId),
  });

  return {
    async carryOut({ answer, why }, scripted) {
      const because: Because = { answeredBy: 'script', why, code: undefined };
      const { requestId, on } = scripted;
      if ('usedUp' in answer) return unavailable(`all of its ${answer.usedUp} answers have been given`, scripted, because);
      if ('passes' in answer) return unavailable('it lets the request pass', scripted, because);
      if ('proxies' in answer) {
        const answered = await forward(answer.proxies, scripted.request);
        return 'refused' in answered ? unavailable(answered.refused, scripted, because) : { ...because, answer: answered };
      }
      if ('offContract' in answer) return offContract(answer.offContract, scripted, because);
      if ('responds' in answer) {
        const answered = raw(answer.responds, requestId, scripted.request.baseUrl);
        const given = { ...because, code: declaredCode(answer.responds, on?.entry, kit), answer: answered };
        return answer.fault === undefined ? given : { ...given, fault: answer.fault, spoiledBy: answer.fault.type };
      }
      if ('fault' in answer) {
        const plain =
          spoilsAnswer(answer.fault) && on?.entry.success !== undefined ? answers.plain(on.entry.success, requestId) : undefined;
        const spoiled =
          plain !== undefined && 'answer' in plain && plain.answer.stream === undefined
            ? plain.answer
            : { status: 200, headers: ORIGIN, body: undefined };
        const { fault } = answer;
        return { ...because, why: `${why}: ${fault.type}`, answer: spoiled, fault, spoiledBy: fault.type };
      }
      if (on === undefined) return unavailable('the request reaches no operation that could declare its answer', scripted, because);
      if ('example' in answer) return example(answer.example, on.entry, requestId, because);
      const declared = on.entry.failures.get(answer.fails)?.[0];
      if (declared === undefined) return unavailable(`${on.entry.operation.id} does not declare ${answer.fails}`, scripted, because);
      return responder.finish(requestId, failure(declared, answer, scripted), { ...because, code: declared.code });
    },
  };

  function example(name: string, entry: Entry, requestId: string, because: Because): Given {
    for (const answer of entry.operation.answers) {
      const found = answer.content?.examples.find((one) => one.name === name);
      if (found === undefined) continue;
      const declared = answer.failures.find((one) => one.examples.includes(found));
      return responder.finish(requestId, answers.example(answer, declared, found, requestId), { ...because, code: declared?.code });
    }
    return { ...because, answer: problem('script-unavailable', `${entry.operation.id} has no example ${name}.`, requestId) };
  }
}

function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The code of a declared failure that a response spells out, as a recording does: it counts as shown. */
function declaredCode({ status, json }: Response, entry: Entry | undefined, { contract }: Kit): string | undefined {
  if (entry === undefined || status < 400 || json === undefined) return undefined;
  const code = jsonPointer.get(json, contract.envelope.code);
  const declared = typeof code === 'string' ? entry.failures.get(code)?.find((failure) => failure.status === status) : undefined;
  return declared?.validate(json).length === 0 ? declared.code : undefined;
}

/** A response as a rule spells it out: whatever it says, it is the mock's own. */
function raw({ status, headers = {}, json, body }: Response, requestId: string, baseUrl: string): MockAnswer {
  const filled = Object.entries(lowerCased(headers)).map(([name, value]) => [name, fillBaseUrl(value, baseUrl)]);
  // Whoever asks says by which name: inside of JSON it must not end the text that it stands in.
  const inJson = (): string => fillBaseUrl(JSON.stringify(json), JSON.stringify(baseUrl).slice(1, -1));
  return {
    status,
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      'x-request-id': requestId,
      ...Object.fromEntries(filled),
      ...ORIGIN,
    },
    body: json === undefined ? body && fillBaseUrl(body, baseUrl) : inJson(),
  };
}
