import type { Webhook } from '../../spec/index.js';
import type { Plan } from '../plan.js';
import { prepareRun, type Run } from '../run.js';
import { SetupFailed } from '../setup-failed.js';
import { Steps } from '../steps.js';
import { whyNotCapable, type WebhookOutcome } from '../webhooks/index.js';
import type { Room } from './room.js';
import type { Sent } from './types.js';

/** A webhook as it was rehearsed, up to where the deployment would send it. */
export interface RehearsedWebhook {
  readonly webhook: Webhook;
  readonly outcome: WebhookOutcome;
  readonly reason: string;
  /** With what puts things back. */
  readonly sent: readonly Sent[];
}

/** Where nothing listens: what is rehearsed sends nothing. */
const HOOK = 'http://127.0.0.1/';

/**
 * Brings about each webhook of the contract in an imagined deployment, as a run does after its paths.
 *
 * @example
 * (await rehearseWebhooks(plan, room)).map(({ outcome }) => outcome);
 */
export async function rehearseWebhooks(plan: Plan, room: Room): Promise<readonly RehearsedWebhook[]> {
  const { contract, deployment, suite } = plan;
  if (suite.webhooks === undefined) return [];
  const prepared = prepareRun(plan, { transport: room, wait: room.wait });
  // As a run does, which asks only where it can listen.
  if (deployment.webhooks !== undefined) await prepared.silence();
  const rehearsed: RehearsedWebhook[] = [];
  for (const webhook of contract.webhooks) {
    const begin = room.sent.length;
    const why = whyNotCapable(plan, webhook);
    const result = why === undefined ? await bringAbout(plan, webhook, prepared) : ({ outcome: 'not-capable', reason: why } as const);
    rehearsed.push({ webhook, ...result, sent: room.sent.slice(begin) });
  }
  await prepared.cleanUp();
  return rehearsed;
}

async function bringAbout(
  { suite }: Plan,
  { name }: Webhook,
  { context }: Run,
): Promise<{ readonly outcome: WebhookOutcome; readonly reason: string }> {
  const steps = new Steps(context);
  steps.enter('when');
  try {
    await suite.webhooks?.triggers[name]?.run(steps, HOOK);
    return { outcome: 'verified', reason: '' };
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    return { outcome: 'setup-failed', reason: context.redactor.redact(error.message) };
  } finally {
    await steps.restore();
    await steps.cleanUp();
  }
}
