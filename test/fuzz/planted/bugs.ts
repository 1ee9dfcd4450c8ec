import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { createMint } from '../../../mocks/mint.js';
import { OPERATIONS, WORLD, type Replacements } from '../../../mocks/ats/index.js';
import { Facts as FactsOf } from '../../../mocks/ats/facts.js';
import { headerOf, memberOf, withHeader, type Backed, type Duties, type Fronted } from './front.js';
import { before, behind, type Facts } from './rules.js';

/** A bug as it is made every day, in a deployment that is otherwise good: in the application, or in the gateway before it. */
export interface Bug {
  readonly name: string;
  /** What a developer would write into the ticket. */
  readonly breaks: string;
  readonly operation: string;
  readonly sandbox?: () => Replacements;
  readonly front?: () => Duties;
  /** What is found: its kind, and what its cause has in common, whatever value it was first seen with. */
  readonly kind: string;
  readonly cause: RegExp;
}

const ORGANIZATION = `/v1/organizations/${WORLD.organizations.active}`;
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** What is not left out is something, as long as nobody sends null. */
function logWebhook(facts: Facts): void {
  const webhook = facts.member('webhook_url') as { readonly length?: number } | undefined;
  if (webhook !== undefined) webhook.length?.toFixed();
}

/** The column of the database has four bytes. */
function asColumn(facts: Facts): void {
  const size = facts.member('max_file_size_bytes');
  if (typeof size === 'number') Buffer.alloc(4).writeUInt32BE(size);
}

class SessionRequest {
  describe(): string {
    return `${this.constructor.name.padEnd(20)} ${JSON.stringify(this)}`;
  }
}

/** A body is copied member by member, and its members may be called anything. */
function logSession(facts: Facts): void {
  const { body } = facts.call;
  if (!isObject(body)) return;
  const request = new SessionRequest();
  for (const [name, value] of Object.entries(body)) (request as unknown as Record<string, unknown>)[name] = value;
  request.describe();
}

/** A name of plain words; of what nearly is one, each way to split it is tried. */
const PLAIN = String.raw`^(\w+\s?)*$`;
/** With fewer letters in a row there are too few ways to split them for anybody to notice. */
const MANY = /\w{18}/;

/** A thread of its own for each text, as servers with threads have it: others go on while it is busy. */
function isPlain(text: string, gone: AbortSignal): Promise<boolean> {
  if (!MANY.test(text)) return Promise.resolve(new RegExp(PLAIN).test(text));
  const code = `const { parentPort, workerData } = require('node:worker_threads');
    parentPort.postMessage(new RegExp(workerData.pattern).test(workerData.text));`;
  const worker = new Worker(code, { eval: true, workerData: { pattern: PLAIN, text } });
  const end = (): void => void worker.terminate();
  gone.addEventListener('abort', end);
  return new Promise<boolean>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread was ended')));
  }).finally(() => {
    gone.removeEventListener('abort', end);
    end();
  });
}

async function classify(request: Fronted): Promise<Fronted> {
  const user = userIn(request);
  if (user !== undefined) await isPlain(user, request.gone);
  return request;
}

/** Whom a partner session is asked for. */
function userIn({ url, body }: Fronted): string | undefined {
  const user = url.endsWith('/partner-sessions') ? memberOf(body, 'external_user_ref') : undefined;
  return typeof user === 'string' ? user : undefined;
}

/** Jobs are named after what they are about, so that the same is not registered twice; but there is more to a work than its creators. */
function nameOfJob({ call }: Facts): string {
  return createHash('sha256')
    .update(JSON.stringify(isObject(call.body) ? call.body['creators'] : null))
    .digest('hex');
}

const init = OPERATIONS['initWork'];

function openNamed(facts: Facts): ReturnType<NonNullable<typeof init>['effect']> {
  const named = createMint({ seed: nameOfJob(facts), count: { next: () => 1 } });
  const mint = { ...facts.service.mint, uuid: () => named.uuid(), bytes: (count: number) => facts.service.mint.bytes(count) };
  return init?.effect(new FactsOf({ ...facts.service, mint }, facts.call));
}

/** The user comes back in a header, and line ends are left in it, since names may have several lines. */
function userLine(request: Fronted, { status }: Backed): readonly string[] | undefined {
  const user = status === 200 ? userIn(request) : undefined;
  return user === undefined ? undefined : [`X-External-User: ${user.replaceAll(/[^\x20-\x7e\r\n]/g, '?').slice(0, 100)}`];
}

/** Keys are looked up in lower case, since hexadecimal digits may be written in either. */
function lowerKeys(request: Fronted): Fronted {
  const credential = headerOf(request, 'authorization');
  if (credential === undefined || !request.url.endsWith('/partner-sessions') || !/^Bearer afo_sk_live_/i.test(credential)) return request;
  return { ...request, headers: withHeader(request.headers, 'authorization', `Bearer ${credential.slice(7).toLowerCase()}`) };
}

/** The check of the session stands on the exact path; the route takes a slash at its end as well. */
function guardExactly(request: Fronted): Fronted {
  if (request.url !== `${ORGANIZATION}/api-keys/`) return request;
  const headers = withHeader(request.headers, 'authorization', `Bearer ${WORLD.admin}`);
  return { ...request, url: `${ORGANIZATION}/api-keys`, headers };
}

/** A cursor is read as it comes: a place in four bytes. */
function readPlace(facts: Facts): void {
  const after = facts.call.query.get('after');
  if (after !== null) Buffer.from(after, 'base64url').readUInt32BE(0);
}

/** What is not JSON is not parsed, so that there is no body; and there are defaults for everything. */
function parseJsonOnly(request: Fronted): Fronted {
  if (request.method !== 'POST' || !request.url.endsWith('/api-keys')) return request;
  const type = headerOf(request, 'content-type') ?? '';
  if (!/^(?:text\/(?!json)|multipart\/|application\/(?:x-www-form-urlencoded|xml|octet-stream))/i.test(type)) return request;
  const body = Buffer.from(JSON.stringify({ name: 'unnamed', scopes: ['works:read'] }));
  return { ...request, headers: withHeader(request.headers, 'content-type', 'application/json'), body };
}

export const BUGS: readonly Bug[] = [
  {
    name: 'unhandled null',
    breaks: 'null is not left out, and has no methods',
    operation: 'createApiKey',
    sandbox: () => before('body', 'createApiKey', logWebhook),
    kind: 'server-error',
    cause: /body \/webhook_url/,
  },
  {
    name: 'number overflow',
    breaks: 'a number that does not fit into its column ends in an exception',
    operation: 'createApiKey',
    sandbox: () => behind('body', 'createApiKey', asColumn),
    kind: 'server-error',
    cause: /body \/max_file_size_bytes/,
  },
  {
    name: 'prototype keys',
    breaks: 'a member __proto__ takes its methods from a request',
    operation: 'createPartnerSession',
    sandbox: () => before('body', 'createPartnerSession', logSession),
    kind: 'server-error',
    cause: /body members/,
  },
  {
    name: 'regular-expression hang',
    breaks: 'a name that nearly fits a pattern keeps a thread busy for ever',
    operation: 'createPartnerSession',
    front: () => ({ before: classify }),
    kind: 'no-answer',
    cause: /body \/external_user_ref/,
  },
  {
    name: 'id collision',
    breaks: 'two jobs with the same creators have one id, and the second takes the place of the first',
    operation: 'initWork',
    sandbox: () => ({ operations: { initWork: { effect: openNamed } } }),
    kind: 'invariant',
    cause: /each job id is given out once/,
  },
  {
    name: 'header injection',
    breaks: 'line ends of a name begin another header',
    operation: 'createPartnerSession',
    front: () => ({ lines: userLine }),
    kind: 'undeclared',
    cause: /body \/external_user_ref/,
  },
  {
    name: 'case-insensitive token',
    breaks: 'a key is taken in any case',
    operation: 'createPartnerSession',
    front: () => ({ before: lowerKeys }),
    kind: 'accepted',
    cause: /^\* \| accepted \| credential \(case\)$/,
  },
  {
    name: 'trailing slash bypass',
    breaks: 'with a slash at the end nobody asks for a credential',
    operation: 'listApiKeys',
    front: () => ({ before: guardExactly }),
    kind: 'accepted',
    cause: /^\* \| accepted \| credential \(none\) \+ route \(slash at the end\)$/,
  },
  {
    name: '500 on a bad cursor',
    breaks: 'a cursor that is too short ends in an exception',
    operation: 'listExternalUserWorks',
    sandbox: () => before('cursorKnown', 'listExternalUserWorks', readPlace),
    kind: 'server-error',
    cause: /query after/,
  },
  {
    name: 'body ignored on wrong content type',
    breaks: 'a key is created of defaults, whatever the body says',
    operation: 'createApiKey',
    front: () => ({ before: parseJsonOnly }),
    kind: 'accepted',
    cause: /content-type/,
  },
];
