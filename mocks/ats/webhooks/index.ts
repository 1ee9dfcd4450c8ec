export { webhookRoutes } from './admin.js';
export { readWebhooks, type WebhookRules } from './rules.js';
export { Webhooks } from './source.js';
