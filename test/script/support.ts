import { fileURLToPath } from 'node:url';
import { loadContract, type Contract } from '../../spec/index.js';
import { createClock, type MockClock } from '../../mocks/clock.js';
import {
  createScripts,
  type Rule,
  type RuleAnswer,
  type ScriptOptions,
  type ScriptRequest,
  type Scripts,
} from '../../mocks/script/index.js';

/** The ATS contract, loaded once. */
export const contract: Contract = await loadContract(fileURLToPath(new URL('../../openapi.yaml', import.meta.url)));

let count = 0;

/** A rule that answers 503 to everything, but for what is said. */
export function rule(members: Partial<Rule> = {}): Rule {
  count++;
  return {
    id: `rule-${count}`,
    name: undefined,
    priority: 5,
    match: {},
    answers: [respond(503)],
    end: 'repeat-last',
    perIdempotencyKey: false,
    delay: undefined,
    uses: undefined,
    lastsMs: undefined,
    probability: undefined,
    seed: undefined,
    scenario: undefined,
    source: 'test',
    ...members,
  };
}

/** An answer that can be told from others. */
export const respond = (status: number): RuleAnswer => ({ responds: { status } });

interface Asked extends Partial<Omit<ScriptRequest, 'operation' | 'query'>> {
  /** An id. */
  readonly operation?: string | undefined;
  readonly query?: string;
}

/** A request for prepareWork, but for what is said. */
export function request({ operation = 'prepareWork', query = '', ...members }: Asked = {}): ScriptRequest {
  const found = contract.operation(operation);
  return {
    method: found?.method ?? 'GET',
    path: found?.path ?? '/nowhere',
    query: new URLSearchParams(query),
    headers: {},
    operation: found,
    body: undefined,
    identity: 'none',
    ...members,
  };
}

/** Scripts with a clock that stands still until it is moved. */
export function start(options: Partial<ScriptOptions> = {}): { readonly scripts: Scripts; readonly clock: MockClock } {
  const clock = createClock(() => 0);
  clock.freeze();
  return { clock, scripts: createScripts({ contract, clock, ...options }) };
}

/** What a request is answered with, in a word. */
export function answerTo(scripts: Scripts, asked: ScriptRequest = request()): string {
  const answer = scripts.decide(asked)?.answer;
  if (answer === undefined) return '-';
  if ('responds' in answer) return String(answer.responds.status);
  if ('fails' in answer) return answer.fails;
  return 'usedUp' in answer ? 'used up' : (Object.keys(answer)[0] ?? '?');
}

/** The answers to the same request, again and again. */
export function answersTo(scripts: Scripts, times: number, asked: ScriptRequest = request()): string {
  return Array.from({ length: times }, () => answerTo(scripts, asked)).join(' ');
}
