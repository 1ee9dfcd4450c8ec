import { confirm } from './effects/confirm.js';
import type { Effect } from './effects/effect.js';
import { openUpload, openVersion } from './effects/init.js';
import { createKey, listKeys, revokeKey } from './effects/keys.js';
import { createPartnerSession, listWorks, openDownload } from './effects/partners.js';
import { prepare } from './effects/prepare.js';
import { getTransaction, trackTransaction } from './effects/transaction.js';
import { idempotent } from './idempotency.js';
import type { RuleName } from './rules.js';

/** What an operation checks, in the order of refusal, and what it does when nothing refuses. */
export interface AtsOperation {
  readonly rules: readonly RuleName[];
  readonly effect: Effect;
}

const API_KEY = [
  'noCredential',
  'wrongPrefix',
  'unknownToken',
  'revokedKey',
  'otherOrganization',
  'inactiveOrganization',
  'missingScope',
  'upstreamDown',
] as const;
const ADMINISTRATOR = ['noCredential', 'notAdministrator', 'upstreamDown', 'organizationExists'] as const;
const PARTNER = ['noCredential', 'notPartnerSession', 'sessionOrganization', 'sessionUser', 'upstreamDown'] as const;
const WORK = ['workExists', 'workOwned'] as const;
const SESSION = ['sessionExists', 'sessionOwned', 'sessionPath'] as const;
const AUDIO = ['audioPresent', 'audioFits'] as const;
const CHAIN = ['commitmentValid', 'dryRunPasses'] as const;
const QUOTE = ['quoteExists', 'quoteOwned', 'quotePath'] as const;
const USER_WORK = ['userWorkExists', 'userWorkOwned', 'versionExists', 'fileExists'] as const;
const PAYMENT = ['quotaLeft', 'creditsSuffice'] as const;

/** The API as the sandbox knows it, by operationId: read a row from left to right to see which refusal wins. */
export const OPERATIONS: Readonly<Record<string, AtsOperation>> = {
  initWork: { rules: [...API_KEY, 'body', 'idempotencyConflict'], effect: idempotent(openUpload) },
  prepareWork: { rules: [...API_KEY, 'body', ...SESSION, ...AUDIO, ...CHAIN], effect: prepare },
  confirmWork: { rules: ['loadShed', ...API_KEY, 'body', ...QUOTE, ...PAYMENT], effect: confirm },

  initVersion: { rules: [...API_KEY, 'body', 'idempotencyConflict', ...WORK], effect: idempotent(openVersion) },
  initVersionUpload: { rules: [...API_KEY, 'body', 'idempotencyConflict', ...WORK], effect: idempotent(openUpload) },
  prepareVersion: { rules: [...API_KEY, 'body', ...WORK, ...SESSION, ...AUDIO, ...CHAIN], effect: prepare },
  confirmVersion: { rules: ['loadShed', ...API_KEY, 'body', ...WORK, ...QUOTE, ...PAYMENT], effect: confirm },

  createApiKey: { rules: [...ADMINISTRATOR, 'body', 'keysLeft'], effect: createKey },
  listApiKeys: { rules: ADMINISTRATOR, effect: listKeys },
  revokeApiKey: { rules: [...ADMINISTRATOR, 'keyExists', 'keyOwned'], effect: revokeKey },

  createPartnerSession: { rules: [...API_KEY, 'body'], effect: createPartnerSession },
  listExternalUserWorks: { rules: [...PARTNER, 'query', 'cursorKnown'], effect: listWorks },
  downloadVersionFile: { rules: [...PARTNER, ...USER_WORK], effect: openDownload },

  getTransaction: { rules: ['upstreamDown', 'transactionExists'], effect: getTransaction },
  trackTransaction: { rules: ['upstreamDown', 'transactionExists'], effect: trackTransaction },
};
