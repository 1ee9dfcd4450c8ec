export type { Arrival, Expected, Trigger, WebhookLine, WebhookOutcome, WebhookSuite } from './types.js';
export { verifyWebhooks, whyNotCapable, type VerifiedWebhooks } from './verify.js';
