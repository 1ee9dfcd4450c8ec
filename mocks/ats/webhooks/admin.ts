import { z } from 'zod';
import { invalidInput, ok, route, unknownRoute } from '../../admin/answers.js';
import { redactText } from '../../redact.js';
import type { AdminAnswer, AdminRoute } from '../../types.js';
import type { Service } from '../service.js';
import { rfc3339 } from '../time.js';
import { replayed, type Attempt, type Delivery, type DeliverySettings } from './delivery.js';
import { setSettings, settingsOf } from './source.js';

const time = z.iso.datetime();
const state = z.enum(['pending', 'delivered', 'dead']);
const attempt = z.object({
  number: z.int().positive(),
  series: z.int().positive().describe('1, and one more for each time that the delivery was replayed.'),
  at: time,
  signature: z.string().describe('The header X-Allfeat-Signature, as it was sent.'),
  duplicate: z.boolean().describe('Whether it was sent though an earlier one was acknowledged.'),
  status: z.int().nullable().describe('Of the answer; null without one.'),
  problem: z.string().nullable().describe('Why there was no answer; null with one, and while the attempt is under way.'),
});
const delivery = z
  .object({
    id: z.string(),
    transaction_id: z.string(),
    event: z.string(),
    url: z.string().describe('Without credentials.'),
    state,
    reason: z.string().nullable().describe('Why it is a dead letter.'),
    body: z.string().describe('As it is sent, each time.'),
    attempts: z.array(attempt).describe('The last 50.'),
    underWay: z.boolean().describe('Whether the last attempt is not answered yet.'),
    next_attempt_at: time.nullable(),
  })
  .meta({ id: 'Webhook' });

const settings = z
  .object({
    duplicates: z.int().min(0).max(10).describe('How many times each acknowledged webhook is sent again.'),
    paused: z.boolean().describe('Whether nothing is sent for the moment.'),
    order: z.enum(['oldest-first', 'newest-first']).describe('Which of those that are due at the same time goes first.'),
  })
  .meta({ id: 'WebhookSettings' });
const settingsInput = z.strictObject(settings.partial().shape);

const query = {
  state: state.optional(),
  transaction_id: z.string().optional(),
  url: z.string().optional(),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .optional(),
};
const queryInput = z.object(query);

/**
 * The log of webhooks, how they are sent, and sending one again.
 *
 * @example
 * // curl -X POST localhost:4010/__admin/webhooks/5e2b9c74-80d1-4a3f-b6c9-d1f04e7a2385/replay
 */
export function webhookRoutes(service: Service): readonly AdminRoute[] {
  return [
    route('GET', '/webhooks', ({ query: asked }) => list(service, asked), {
      group: 'webhooks',
      summary: 'The webhooks of transactions that have ended, newest last',
      query,
      answers: { 200: z.object({ webhooks: z.array(delivery), meta: z.object({ total: z.int() }) }) },
    }),
    route('DELETE', '/webhooks', () => forget(service), {
      group: 'webhooks',
      summary: 'Forget all webhooks so far; what is pending is not sent',
      answers: { 200: z.strictObject({}) },
    }),
    route('GET', '/webhooks/settings', () => ok(settingsOf(service)), {
      group: 'webhooks',
      summary: 'How webhooks are sent',
      answers: { 200: settings },
    }),
    route('PUT', '/webhooks/settings', ({ body }) => putSettings(service, body), {
      group: 'webhooks',
      summary: 'Send webhooks twice, later, or in another order',
      description: 'Members that are not named stay as they are. What was held back and is due is sent before the answer.',
      body: settingsInput,
      answers: { 200: settings },
    }),
    route('GET', '/webhooks/:id', ({ params }) => one(service, params['id']), {
      group: 'webhooks',
      summary: 'One webhook, by the id of its transaction',
      answers: { 200: delivery },
      refuses: [404],
    }),
    route('POST', '/webhooks/:id/replay', ({ params }) => replay(service, params['id']), {
      group: 'webhooks',
      summary: 'Send a delivered webhook or a dead letter once more',
      description: 'The same body, signed anew, with all attempts that a webhook has. The first is made before the answer.',
      answers: { 200: delivery },
      refuses: [404],
    }),
  ];
}

function list(service: Service, asked: URLSearchParams): AdminAnswer {
  const parsed = queryInput.safeParse(Object.fromEntries(asked));
  if (!parsed.success) return invalidInput(z.prettifyError(parsed.error), 'Ask for /__admin/webhooks?state=dead&limit=10.');
  const { state, transaction_id, url, limit } = parsed.data;
  const found = reported(service).filter(
    (one) =>
      (state === undefined || one.state === state) &&
      (transaction_id === undefined || one.id === transaction_id.toLowerCase()) &&
      (url === undefined || one.url === url),
  );
  const shown = limit === undefined ? found : found.slice(Math.max(0, found.length - Number(limit)));
  return ok({ webhooks: shown.map(show), meta: { total: found.length } });
}

/** Those of transactions that have ended. */
function reported({ state, clock }: Service): readonly Delivery[] {
  const now = clock.now();
  return [...state.deliveries.list()].filter(({ occurs_at, attempts }) => occurs_at <= now || attempts.length > 0);
}

function one(service: Service, id: string = ''): AdminAnswer {
  const delivery = find(service, id);
  return delivery === undefined ? missing(id) : ok(show(delivery));
}

/** Ids may be written in either case. */
function find({ state }: Service, id: string): Delivery | undefined {
  return state.deliveries.get(id.toLowerCase());
}

function missing(id: string): AdminAnswer {
  const remedy = 'GET /__admin/webhooks lists them; only keys with a webhook_url have any.';
  return unknownRoute(`There is no webhook ${JSON.stringify(id.slice(0, 60))}.`, remedy);
}

async function forget(service: Service): Promise<AdminAnswer> {
  await service.transact(() => {
    for (const { id } of reported(service)) service.state.deliveries.delete(id);
  });
  return ok({});
}

async function putSettings(service: Service, body: unknown): Promise<AdminAnswer> {
  const parsed = settingsInput.safeParse(body);
  if (!parsed.success)
    return invalidInput(z.prettifyError(parsed.error), 'Send {"duplicates": 1}, {"paused": true} or {"order": "newest-first"}.');
  const { duplicates, paused, order } = parsed.data;
  const next = await service.transact((): DeliverySettings => {
    const before = settingsOf(service);
    const settings = { duplicates: duplicates ?? before.duplicates, paused: paused ?? before.paused, order: order ?? before.order };
    setSettings(service, settings);
    return settings;
  });
  await sendDue(service);
  return ok(next);
}

async function replay(service: Service, id: string = ''): Promise<AdminAnswer> {
  const before = await service.transact(() => {
    const delivery = find(service, id);
    if (delivery !== undefined && isFinished(delivery)) service.state.deliveries.put(delivery.id, replayed(delivery, service.clock.now()));
    return delivery;
  });
  if (before === undefined) return missing(id);
  if (!isFinished(before)) return invalidInput('The webhook is still being sent.', 'Wait for it, or advance the clock by 15 minutes.');
  await sendDue(service);
  return one(service, id);
}

function isFinished({ state, claimed_until, next_attempt_at }: Delivery): boolean {
  return state !== 'pending' && claimed_until === null && next_attempt_at === null;
}

/** Also while the clock stands still. */
function sendDue({ clock }: Service): Promise<void> {
  return clock.advance(0);
}

function show({ id, event, url, state, reason, body, attempts, claimed_until, next_attempt_at }: Delivery): z.infer<typeof delivery> {
  return {
    id,
    transaction_id: id,
    event,
    url: redactText(url),
    state,
    reason,
    body,
    attempts: attempts.map(showAttempt),
    underWay: claimed_until !== null,
    next_attempt_at: next_attempt_at === null ? null : rfc3339(next_attempt_at),
  };
}

function showAttempt({ number, series, at, signature, duplicate, status, problem }: Attempt): z.infer<typeof attempt> {
  return { number, series, at: rfc3339(at), signature, duplicate, status, problem };
}
