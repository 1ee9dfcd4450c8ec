import { randomBytes } from 'node:crypto';
import type { Webhook } from '../../spec/index.js';
import { missingOf } from '../capabilities.js';
import type { Deployment } from '../deployment.js';
import type { Plan } from '../plan.js';
import { prepareRun, type Run } from '../run.js';
import { SetupFailed } from '../setup-failed.js';
import { Steps } from '../steps.js';
import type { Discrepancy, RunEvent, Transport } from '../types.js';
import { judgeWebhook } from './judge.js';
import { hookUrl, listen, type Listener } from './listener.js';
import type { Arrival, WebhookLine, WebhookOutcome, WebhookSuite } from './types.js';

/** One line for each webhook of the contract, and what could not be undone. */
export interface VerifiedWebhooks {
  readonly lines: readonly WebhookLine[];
  readonly events: readonly RunEvent[];
}

export interface VerifyWebhooksOptions {
  readonly transport: Transport;
  /** Once aborted, nothing further is begun; what was created is still removed. */
  readonly signal?: AbortSignal;
}

const NOWHERE = "give webhooks: { url: https://..., listen: '127.0.0.1:8080' }, where the deployment reaches this run";

/**
 * Has each webhook of the contract sent by the deployment, receives it and checks it: one line for each.
 *
 * @example
 * const { lines } = await verifyWebhooks(plan, { transport });
 *
 * @throws {InputError} `address-unavailable` when the run cannot listen where the deployment file says
 */
export async function verifyWebhooks(plan: Plan, { transport, signal }: VerifyWebhooksOptions): Promise<VerifiedWebhooks> {
  const { contract, deployment, suite } = plan;
  const own = suite.webhooks;
  if (own === undefined || contract.webhooks.length === 0) return { lines: [], events: [] };
  const line = createLines(plan);
  const { webhooks: section } = deployment;
  if (section === undefined) return { lines: contract.webhooks.map((webhook) => line(webhook, 'not-capable', NOWHERE)), events: [] };
  const prepared = prepareRun(plan, { transport });
  const silent = await prepared.silence();
  if (silent !== undefined) return { lines: contract.webhooks.map((webhook) => line(webhook, 'setup-failed', silent)), events: [] };
  const listener = await listen(section.listen);
  const lines: WebhookLine[] = [];
  try {
    const base = section.url ?? (isLocal(deployment) ? listener.url : undefined);
    for (const webhook of contract.webhooks) {
      if (signal?.aborted === true) break;
      const why = whyNotCapable(plan, webhook);
      if (why !== undefined || base === undefined) lines.push(line(webhook, 'not-capable', why ?? NOWHERE));
      else lines.push(await one({ plan, prepared, listener, suite: own, base, timeoutMs: section.timeoutMs, line }, webhook));
    }
  } finally {
    await listener.close();
  }
  return { lines, events: await prepared.cleanUp() };
}

/** Why a webhook cannot be brought about or received here, and what to give; `undefined` where it can. */
export function whyNotCapable({ deployment, suite, resolve }: Plan, { name }: Webhook): string | undefined {
  const { webhooks: section } = deployment;
  const trigger = suite.webhooks?.triggers[name];
  if (section === undefined) return NOWHERE;
  if (trigger === undefined) return 'the suite knows no way to bring it about';
  if (section.url === undefined && !isLocal(deployment)) return NOWHERE;
  const missing = missingOf(trigger.needs, resolve);
  return missing.length === 0 ? undefined : missing.map(({ remedy }) => remedy).join('; ');
}

interface Running {
  readonly plan: Plan;
  readonly prepared: Run;
  readonly listener: Listener;
  readonly suite: WebhookSuite;
  /** Where the deployment reaches the listener. */
  readonly base: string;
  readonly timeoutMs: number;
  readonly line: ReturnType<typeof createLines>;
}

async function one(running: Running, webhook: Webhook): Promise<WebhookLine> {
  const { prepared, listener, suite, base, timeoutMs, line, plan } = running;
  const { redactor } = prepared.context;
  const steps = new Steps(prepared.context);
  steps.enter('when');
  const hook = `${webhook.name}-${randomBytes(8).toString('hex')}`;
  const url = hookUrl(base, hook);
  try {
    const expected = await suite.triggers[webhook.name]?.run(steps, url);
    if (expected === undefined) return line(webhook, 'not-capable', 'the suite knows no way to bring it about');
    const arrival = await listener.first(hook, timeoutMs);
    if (arrival === undefined) return line(webhook, 'violated', '', [nothing(url, timeoutMs)]);
    const skewSeconds = plan.contract.delivery?.skewSeconds ?? Infinity;
    const discrepancies = judgeWebhook({ webhook, arrival, expected, suite, skewSeconds });
    return line(webhook, discrepancies.length === 0 ? 'verified' : 'violated', '', discrepancies, redactor.redact(show(arrival)));
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    return line(webhook, 'setup-failed', redactor.redact(error.message));
  } finally {
    await putBack(steps);
  }
}

/** What resists is tried again at the end of the run, and told there. */
async function putBack(steps: Steps): Promise<void> {
  try {
    await steps.restore();
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
  }
  await steps.cleanUp();
}

function createLines({ contract }: Plan) {
  return (
    webhook: Webhook,
    outcome: WebhookOutcome,
    reason: string,
    discrepancies: readonly Discrepancy[] = [],
    received?: string,
  ): WebhookLine => ({
    webhook,
    outcome,
    reason:
      reason === '' ? discrepancies.map(({ at, expected, actual }) => `${at}: expected ${expected}, saw ${actual}`).join('; ') : reason,
    discrepancies,
    received,
    location: contract.locate(webhook.pointer),
  });
}

function nothing(url: string, timeoutMs: number): Discrepancy {
  return {
    check: 'arrival',
    at: 'webhook',
    expected: `a request to ${new URL(url).origin}`,
    actual: `nothing within ${timeoutMs / 1000} s`,
    remedy: 'Send it when the transaction ends, and see that the deployment reaches that address (webhooks.url of the deployment file).',
  };
}

function show({ method, headers, raw }: Arrival): string {
  const named = ['content-type', ...Object.keys(headers).filter((name) => name.startsWith('x-'))];
  const shown = named.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${String(headers[name])}`]));
  return [method, ...shown, '', raw.toString('utf8').slice(0, 4_000)].join('\n');
}

/** Whether a deployment reaches what listens on this machine's loopback. */
function isLocal({ url }: Deployment): boolean {
  const host = new URL(url).hostname;
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
