import type { Contract, DeliveryEffect, DeliveryTerms } from '../../../spec/index.js';

/** What the contract says of webhooks. */
export interface WebhookRules {
  readonly terms: DeliveryTerms;
  /** Whether there is an event of this name. */
  has(event: string): boolean;
  effectOf(event: string, status: number): DeliveryEffect;
}

/**
 * Reads how webhooks are delivered; there is no second copy of it.
 *
 * @example
 * readWebhooks(contract)?.terms.retryAfterSeconds; // [1, 5, 30, 120, 600]
 */
export function readWebhooks({ webhooks, delivery }: Pick<Contract, 'webhooks' | 'delivery'>): WebhookRules | undefined {
  if (delivery === undefined) return undefined;
  const byName = new Map(webhooks.map((webhook) => [webhook.name, webhook]));
  return {
    terms: delivery,
    has: (event) => byName.has(event),
    effectOf: (event, status) => byName.get(event)?.effectOf(status) ?? 'final',
  };
}
