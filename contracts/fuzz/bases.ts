import type { Operation } from '../../spec/index.js';
import { missingOf } from '../capabilities.js';
import { HANDSHAKE, opensWebSocket } from '../handshake.js';
import { SetupFailed } from '../setup-failed.js';
import { Steps, type RunContext } from '../steps.js';
import { identityFor } from '../suite.js';
import type { PathRequest, Token } from '../types.js';
import type { Draft, Segment } from './draft.js';
import { toNode } from './node.js';
import type { Values } from './placeholders.js';
import { sampleOf } from './schema.js';

/** A good request of an operation, and what fills its placeholders. */
export interface Base {
  readonly draft: Draft;
  readonly values: Values;
  /** Whether it should succeed: those of the suite, not those that are made of examples. */
  readonly good: boolean;
  /** Why it is only made of examples, where a suite knows better. */
  readonly why?: string;
}

/** Ids shorter than this turn up in answers by chance. */
const SHORTEST_ID = 8;

/**
 * A good request of an operation: as the suite makes it, else of the contract's examples.
 *
 * @example
 * (await provide(context, operation)).draft.path; // [{ text: 'v1' }, { text: '${transaction_id}', parameter: 'transaction_id' }]
 */
export async function provide(context: RunContext, operation: Operation): Promise<Base> {
  const scenario = context.suite.scenarios[operation.id];
  if (scenario === undefined) return ofExamples(context, operation);
  const missing = missingOf(scenario.needs, context.resolve);
  if (missing.length > 0)
    return {
      ...(await ofExamples(context, operation)),
      why: `${missing.map(({ capability }) => capability).join(', ')} missing: ${missing[0]?.remedy ?? ''}`,
    };
  const steps = new Steps(context);
  try {
    const request = await scenario.given(steps);
    return { ...toBase(context, operation, request, { steps, token: await tokenOf(context, operation, request, steps) }), good: true };
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    return { ...(await ofExamples(context, operation)), why: error.message };
  } finally {
    steps.keepForRun();
  }
}

/** Who calls an operation where the request does not say: the suite's identity for its scheme, or one of the scheme's name. */
async function tokenOf(
  { suite, deployment }: RunContext,
  { credentials: [credential] }: Operation,
  request: PathRequest,
  steps: Steps,
): Promise<Token | undefined> {
  if (request.as !== undefined) return request.as ?? undefined;
  if (credential === undefined) return undefined;
  const name = identityFor(suite, credential.scheme);
  return steps.can(`identity:${name}`) ? steps.identity(name) : deployment.identities.get(credential.scheme);
}

async function ofExamples(context: RunContext, operation: Operation): Promise<Base> {
  const { document } = context.contract;
  const valueOf = ({ example, schema }: Operation['parameters'][number]): string => {
    const value: unknown = example ?? sampleOf(document, schema);
    return typeof value === 'string' ? value : JSON.stringify(value ?? '');
  };
  const given = context.suite.params(context.deployment);
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  const inHeader = operation.parameters.filter((parameter) => parameter.in === 'header' && parameter.required);
  const content = operation.body?.json;
  const request: PathRequest = {
    operation: operation.id,
    params: Object.fromEntries(inPath.map((parameter) => [parameter.name, given[parameter.name] ?? valueOf(parameter)])),
    query: Object.fromEntries(inQuery.map((parameter) => [parameter.name, valueOf(parameter)])),
    headers: Object.fromEntries(inHeader.map((parameter) => [parameter.name.toLowerCase(), valueOf(parameter)])),
    ...(content === undefined ? {} : { body: content.examples[0]?.value ?? sampleOf(document, content.schema) }),
  };
  const steps = new Steps(context);
  try {
    return { ...toBase(context, operation, request, { steps, token: await tokenOf(context, operation, request, steps) }), good: false };
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    return { ...toBase(context, operation, request, { steps, token: undefined }), good: false };
  } finally {
    steps.keepForRun();
  }
}

/** Takes a request apart; what the deployment has given becomes placeholders, so that the parts are the same in every run. */
function toBase(
  context: RunContext,
  operation: Operation,
  request: PathRequest,
  { steps, token }: { readonly steps: Steps; readonly token: Token | undefined },
): Omit<Base, 'good'> {
  const values = new Map<string, string>(token === undefined ? [] : [[token.name, token.value]]);
  const given = new Map(steps.exchanges.flatMap(({ answer }) => [...leavesOf(answer?.json)]));
  const params: Readonly<Record<string, string | number | undefined>> = { ...context.suite.params(context.deployment), ...request.params };
  const segmentOf = (text: string): Segment => {
    const parameter = /^\{([^}]+)\}$/.exec(text)?.[1];
    if (parameter === undefined)
      return { text: text.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(String(params[name] ?? ''))) };
    values.set(parameter, String(params[parameter] ?? ''));
    return { text: `\${${parameter}}`, parameter };
  };
  const placed = (value: unknown): unknown => {
    if (typeof value === 'string') {
      if (value.startsWith(steps.namesBegin)) return '${unique}';
      const name = given.get(value);
      if (name === undefined) return value;
      values.set(name, value);
      return `\${${name}}`;
    }
    if (Array.isArray(value)) return value.map(placed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, placed(member)]));
  };
  const headers = Object.entries(placed(request.headers ?? {}) as Record<string, string>);
  return {
    values,
    draft: {
      operation,
      method: operation.method,
      path: operation.path.slice(1).split('/').map(segmentOf),
      query: Object.entries(placed(request.query ?? {}) as Record<string, string>),
      headers: [
        ['accept', 'application/json'],
        ...(opensWebSocket(operation) ? Object.entries(HANDSHAKE) : []),
        ...(request.body === undefined ? [] : [['content-type', operation.body?.json?.mediaType ?? 'application/json'] as const]),
        ...headers,
      ],
      credential: token === undefined ? [] : [['authorization', `Bearer \${${token.name}}`]],
      body: request.body === undefined ? undefined : toNode(placed(request.body)),
      as: token?.name ?? null,
      reroute: [],
      requery: [],
      rewrite: [],
    },
  };
}

/** Texts of an answer that are ids, with the names that they have there. */
function* leavesOf(value: unknown, name = 'id'): Generator<[value: string, name: string]> {
  if (typeof value === 'string' && value.length >= SHORTEST_ID && /\d/.test(value)) yield [value, name.replaceAll(/\W/g, '_')];
  if (typeof value !== 'object' || value === null) return;
  for (const [member, inner] of Object.entries(value)) yield* leavesOf(inner, /^\d+$/.test(member) ? name : member);
}
