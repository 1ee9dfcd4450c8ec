import { z } from 'zod';
import type { Contract } from '../../spec/index.js';
import { invalidInput, ok, route } from './answers.js';
import { readChoice, type Choice, type UnreadableChoice } from '../choice.js';
import { answerOptions, answerPreflight } from '../http/index.js';
import { kitOf } from '../kit.js';
import { createMagic, type FindMagic } from '../magic.js';
import { explainedRule, labelOf, type Explanation, type ScriptRequest, type Scripts } from '../script/index.js';
import { select, unreadable } from '../select.js';
import type { AdminAnswer, AdminRoute, Sandbox } from '../types.js';

export interface ExplainSubject {
  readonly contract: Contract;
  readonly scripts: Scripts;
  readonly sandbox: Sandbox | undefined;
  /** Whether browsers are told that pages from anywhere may call the API. */
  readonly cors: boolean;
  /** Whether every request goes on to a deployment. */
  readonly records: boolean;
  /** A request as rules see it. */
  asScriptRequest(request: {
    readonly method: string;
    readonly url: string;
    readonly headers: ScriptRequest['headers'];
    readonly body: string | undefined;
  }): ScriptRequest;
}

const MOST_RULES = 20;
const REMEDY = 'Send {"method": "POST", "url": "/v1/…", "headers": {}, "body": {}}.';

const input = z.strictObject({
  method: z
    .string('must be a method such as POST')
    .regex(/^[A-Za-z]{1,20}$/, 'must be a method such as POST')
    .default('GET'),
  url: z
    .string('must be a path with its query, or a URL')
    .max(16_384, 'must not be longer than 16384 characters')
    .regex(/^(?:\/|[Hh][Tt][Tt][Pp][Ss]?:\/\/)/, 'must be a path with its query, or a URL'),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
  body: z.unknown().optional(),
});

/** The route that says how a request would be answered, and by what; nothing is counted or used up by asking. */
export function explainRoute(subject: ExplainSubject): AdminRoute {
  const magic = createMagic(subject.contract);
  return route(
    'POST',
    '/explain',
    ({ body }) => {
      const parsed = input.safeParse(body);
      return parsed.success ? ok(explain(subject, magic, parsed.data)) : invalid(parsed.error);
    },
    {
      group: 'explain',
      summary: 'What would answer a request, and why the rules do or do not apply',
      description: 'Nothing is counted or used up by asking.',
      body: input,
      answers: { 200: explained },
    },
  );
}

const explained = z.object({
  operation: z.string().nullable(),
  identity: z.string(),
  answeredBy: z.enum(['choice', 'script', 'routing', 'magic', 'sandbox', 'validation', 'deployment']),
  why: z.string(),
  rule: z.string().optional().describe('The id of the rule that answers.'),
  rules: z
    .array(
      z.object({
        id: z.string(),
        name: z.string().optional(),
        source: z.string(),
        priority: z.int(),
        matches: z.boolean(),
        fields: z.array(z.object({ field: z.string(), expected: z.string(), actual: z.string(), matches: z.boolean() })),
      }),
    )
    .max(MOST_RULES)
    .describe('Those that apply in the order in which they are asked, then the others, the nearest first.'),
  meta: z.object({ total: z.int() }),
});

function invalid(error: z.ZodError): AdminAnswer {
  return invalidInput(z.prettifyError(error), REMEDY);
}

function explain(subject: ExplainSubject, magic: FindMagic | undefined, { method, url, headers, body }: z.output<typeof input>): unknown {
  const { scripts } = subject;
  const request = subject.asScriptRequest({
    method: method.toUpperCase(),
    url: url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/^(?!\/)/, '/'),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const rules = scripts.explain(request);
  const first = rules.find(({ matches }) => matches);
  return {
    operation: request.operation?.id ?? null,
    identity: request.identity,
    ...stepOf(subject, magic, request, first),
    rules: rules.slice(0, MOST_RULES).map(explainedRule),
    meta: { total: rules.length },
  };
}

/** The step of the engine that would answer, and why. */
function stepOf(
  { contract, sandbox, cors, records }: ExplainSubject,
  magic: FindMagic | undefined,
  request: ScriptRequest,
  first: Explanation | undefined,
): { readonly answeredBy: string; readonly why: string; readonly rule?: string } {
  if (records) return { answeredBy: 'deployment', why: 'the mock records: every request goes on to the deployment' };
  const { operation } = request;
  // In the engine's order: not even rules come before a preflight, and before every other OPTIONS they do.
  const preflight = cors ? answerPreflight(contract, request, '') : undefined;
  if (preflight !== undefined) return { answeredBy: 'routing', why: preflight.why };
  const choice = operation === undefined ? undefined : readChoice(request);
  const chosen = choice && operation && sayChoice(choice, contract, operation);
  if (chosen !== undefined) return { answeredBy: 'choice', why: chosen };
  if (first !== undefined) return { answeredBy: 'script', why: `${labelOf(first.rule)} is the first that applies`, rule: first.rule.id };
  const options = operation === undefined ? answerOptions(contract, request, '') : undefined;
  if (options !== undefined) return { answeredBy: 'routing', why: options.why };
  if (operation === undefined) return { answeredBy: 'routing', why: `no operation has ${request.method} ${request.path}` };
  const triggered = magic?.({ operation, body: request.body }, () => []);
  if (triggered !== undefined) return { answeredBy: 'magic', why: 'detail' in triggered ? triggered.detail : triggered.why };
  if (sandbox !== undefined)
    return { answeredBy: 'sandbox', why: 'no choice, rule or magic value applies: the sandbox decides by its state' };
  return { answeredBy: 'validation', why: 'no choice, rule or magic value applies: a good request gets the first example' };
}

function sayChoice(
  choice: Choice | UnreadableChoice,
  contract: Contract,
  operation: NonNullable<ScriptRequest['operation']>,
): string | undefined {
  if ('problem' in choice) return unreadable(choice).detail;
  const { catalogue } = kitOf(contract);
  const selection = select(catalogue.entry(operation), choice, catalogue, false);
  if (selection === undefined) return undefined;
  return 'detail' in selection ? selection.detail : choice.asked;
}
