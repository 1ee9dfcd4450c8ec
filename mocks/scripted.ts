import { jsonPointer, type Failure } from '../spec/index.js';
import { asksForBaseUrl, fillBaseUrl } from './base-url.js';
import type { Answers } from './answers.js';
import type { CheckedCall } from './call.js';
import type { Entry } from './entries.js';
import { spoilsAnswer } from './faults/index.js';
import type { Kit } from './kit.js';
import { oncePer } from './once.js';
import { ORIGIN, problem } from './problem.js';
import { profile, profiledFailure, PROFILES, type ProfileName } from './profiles/index.js';
import type { Forward } from './proxy.js';
import type { Because, Given, Responder } from './responder.js';
import type { Decision, RuleAnswer } from './script/index.js';
import type { Soon } from './soon.js';
import { narrow } from './template.js';
import type { MockAnswer, MockRequest, Sandbox } from './types.js';

/** What a decision may need to be carried out; without an operation only what needs no contract can be answered. */
export interface ScriptedRequest {
  readonly requestId: string;
  readonly request: MockRequest;
  readonly on: { readonly entry: Entry; readonly call: CheckedCall } | undefined;
}

/** Carries out what rules decide, other than to let a request pass. */
export interface ScriptedAnswers {
  carryOut(decision: Decision, scripted: ScriptedRequest): Soon<Given>;
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
    const known = on === undefined ? undefined : sandbox?.particulars(declared, on.call);
    return answers.failure(declared, requestId, {
      message: answer.message,
      headers: both(known?.headers, answer.headers && lowerCased(answer.headers)),
      details: both(known?.details, answer.details),
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
    carryOut({ answer, why }, scripted) {
      const because: Because = { answeredBy: 'script', why, code: undefined };
      const { requestId, on } = scripted;
      if ('usedUp' in answer) return unavailable(`all of its ${answer.usedUp} answers have been given`, scripted, because);
      if ('passes' in answer) return unavailable('it lets the request pass', scripted, because);
      if ('proxies' in answer) {
        return forward(answer.proxies, scripted.request).then((answered) =>
          'refused' in answered ? unavailable(answered.refused, scripted, because) : { ...because, answer: answered },
        );
      }
      if ('offContract' in answer) return offContract(answer.offContract, scripted, because);
      if ('responds' in answer) {
        const { responds, fault } = answer;
        const code = on && codeOf(kit)(responds)(on.entry);
        const answered = raw(responds, requestId, scripted.request.baseUrl);
        return { answeredBy: 'script', why, code, answer: answered, fault, spoiledBy: fault?.type };
      }
      if ('fault' in answer) {
        const plain =
          spoilsAnswer(answer.fault) && on?.entry.success !== undefined ? answers.plain(on.entry.success, requestId) : undefined;
        const spoiled =
          plain !== undefined && 'answer' in plain && plain.answer.stream === undefined
            ? plain.answer
            : { status: 200, headers: { ...ORIGIN }, body: undefined };
        const { fault } = answer;
        return { ...because, why: `${why}: ${fault.type}`, answer: spoiled, fault, spoiledBy: fault.type };
      }
      if (on === undefined) return unavailable('the request reaches no operation that could declare its answer', scripted, because);
      if ('example' in answer) return example(answer.example, on.entry, requestId, because);
      const declared = on.entry.failures.get(answer.fails)?.[0];
      if (declared === undefined) return unavailable(`${on.entry.operation.id} does not declare ${answer.fails}`, scripted, because);
      return responder.finish(requestId, failure(declared, answer, scripted), { answeredBy: 'script', why, code: declared.code });
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

/** What is in either, the second over the first. */
function both<T>(first: Readonly<Record<string, T>> | undefined, second: Readonly<Record<string, T>> | undefined): typeof first {
  return first === undefined || second === undefined ? (first ?? second) : { ...first, ...second };
}

function isProfile(name: string): name is ProfileName {
  return Object.hasOwn(PROFILES, name);
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The code of a declared failure that a response spells out, as a recording does: it counts as shown. */
const codeOf = oncePer((kit: Kit) =>
  oncePer((response: Response) => oncePer((entry: Entry): string | undefined => declaredCode(response, entry, kit))),
);

function declaredCode({ status, json }: Response, entry: Entry, { contract }: Kit): string | undefined {
  if (status < 400 || json === undefined) return undefined;
  const code = jsonPointer.get(json, contract.envelope.code);
  const declared = typeof code === 'string' ? entry.failures.get(code)?.find((failure) => failure.status === status) : undefined;
  return declared?.validate(json).length === 0 ? declared.code : undefined;
}

/** A response as a rule spells it out: whatever it says, it is the mock's own. */
function raw(response: Response, requestId: string, baseUrl: string): MockAnswer {
  const { status, headers, isJson, text, isWhole } = writtenOf(response);
  const filled: Record<string, string> = isJson
    ? { 'content-type': 'application/json', 'x-request-id': requestId }
    : { 'x-request-id': requestId };
  for (const [name, value] of headers) filled[name] = isWhole ? value : fillBaseUrl(value, baseUrl);
  if (isWhole || text === undefined) return { status, headers: filled, body: text };
  // Whoever asks says by which name: inside of JSON it must not end the text that it stands in.
  return { status, headers: filled, body: fillBaseUrl(text, isJson ? JSON.stringify(baseUrl).slice(1, -1) : baseUrl) };
}

/** What of a response never changes. */
const writtenOf = oncePer(({ status, headers, json, body }: Response) => {
  const lines = Object.entries({ ...lowerCased(headers), ...ORIGIN });
  const text = json === undefined ? body : narrow(JSON.stringify(json));
  const isWhole = ![...lines.map(([, value]) => value), text ?? ''].some(asksForBaseUrl);
  return { status, headers: lines, isJson: json !== undefined, text, isWhole };
});
