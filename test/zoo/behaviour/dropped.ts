import { OPERATIONS, type RuleName } from '../../../mocks/ats/index.js';
import { contract } from '../../support/judge.js';
import type { Mutant } from '../mutant.js';
import { reordered } from './rules.js';

/** What is let in without a check, and the lines of an operation that are about it. */
type Unchecked = readonly [letsIn: string, ...lines: readonly string[]];

const API_KEYS = new Set(['createApiKey', 'listApiKeys', 'revokeApiKey']);
const READS = new Set(['listExternalUserWorks', 'downloadVersionFile']);

/** The codes that a body is refused with, besides those of every body. */
const OF_BODY: Readonly<Record<string, readonly string[]>> = {
  initWork: ['registration.title_required', 'registration.filename_required', 'registration.creators_required'],
  initVersion: ['registration.creators_required'],
  initVersionUpload: ['registration.filename_required', 'registration.creators_required'],
  createApiKey: ['api_key.invalid_name', 'api_key.scopes_required', 'api_key.unknown_scope', 'api_key.webhook_url_invalid'],
  createPartnerSession: ['session.invalid_external_user_ref'],
};

const bodyLines = (operation: string): readonly string[] => [
  ...['not JSON', 'not application/json'].map((cause) => `common.bad_request (${cause})`),
  ...(operation.startsWith('init') ? ['common.bad_request (malformed Idempotency-Key)'] : []),
  'common.validation_failed',
  ...(OF_BODY[operation] ?? []),
];

const QUERY = ['network absent', 'unknown network', 'first out of range', 'first no number'];
const SESSION = ['never existed', 'expired', 'consumed'];
const QUOTE = ['never existed', 'expired', 'confirmed already'];
const TOKENS = ['an API key', "an administrator's session", 'malformed', 'unsigned', 'bad signature', 'expired'];

const causes = (code: string, names: readonly string[]): readonly string[] => names.map((cause) => `${code} (${cause})`);

/**
 * What each check keeps out. `undefined` where a mutant without it would answer just the same:
 *
 * - `loadShed` comes before routing, which belongs to no operation;
 * - without `noCredential` no credential is no session either, and has the same code;
 * - without `organizationExists` a key is not one of the unknown organization, which has the same code.
 */
export const CHECKS: Readonly<Record<RuleName, (operation: string) => Unchecked | undefined>> = {
  loadShed: () => undefined,
  noCredential: (operation) =>
    API_KEYS.has(operation) || READS.has(operation)
      ? undefined
      : ['who shows no credential', ...causes('common.unauthorized', ['none', 'not Bearer'])],
  wrongPrefix: () => ['a token that is no API key', 'api_key.invalid_format'],
  unknownToken: () => ['a key that nobody has', 'api_key.not_found'],
  revokedKey: () => ['a revoked key', 'api_key.revoked'],
  otherOrganization: () => ['the key of another organization', 'api_key.org_mismatch'],
  inactiveOrganization: () => ['the key of an inactive organization', 'api_key.org_inactive'],
  missingScope: () => ['a key without the scope', 'api_key.scope_denied'],
  upstreamDown: () => ['a request while an upstream is down', 'common.service_unavailable'],
  notAdministrator: () => ['an API key in place of an administrator', 'common.unauthorized (an API key)'],
  notPartnerSession: () => ['whatever token there is as a partner session', ...causes('common.unauthorized', TOKENS)],
  sessionOrganization: () => ['the partner session of another organization', 'common.forbidden (another organization)'],
  sessionUser: () => ['the partner session of another user', 'common.forbidden (another external user)'],
  body: (operation) => ['any body', ...bodyLines(operation)],
  query: () => ['any query', ...causes('common.validation_failed', QUERY)],
  cursorKnown: () => ['any cursor', ...causes('common.validation_failed', ['unknown cursor', 'cursor of another list'])],
  idempotencyConflict: () => ['a used Idempotency-Key with another body', 'common.bad_request (Idempotency-Key reused)'],
  organizationExists: (operation) =>
    operation === 'revokeApiKey' ? undefined : ['an organization that nobody knows', 'common.not_found (unknown organization)'],
  keyExists: () => ['a key id that nobody knows', 'common.not_found (unknown key)'],
  keyOwned: () => ['the key id of another organization', 'common.not_found (key of another organization)'],
  keysLeft: () => ['one key too many', 'api_key.limit_reached'],
  workExists: () => ['a work that nobody knows', 'work.not_found'],
  workOwned: () => ['the work of another organization', 'work.access_forbidden'],
  sessionExists: () => ['a job that is not there', ...causes('registration.upload_session_not_found', SESSION)],
  sessionOwned: () => ['the job of another organization', 'registration.upload_session_forbidden'],
  sessionPath: () => ['a job of another path', 'registration.upload_session_not_found (of another path)'],
  audioPresent: () => ['a job without audio', 'registration.audio_empty'],
  audioFits: () => ['audio of any size', 'registration.audio_too_large'],
  commitmentValid: () => ['a commitment that is not valid', 'registration.commitment_invalid'],
  dryRunPasses: () => ['what the chain refuses', 'registration.dry_run_failed'],
  quoteExists: () => ['a quote that is not there', ...causes('registration.prepared_not_found', QUOTE)],
  quoteOwned: () => ['the quote of another organization', 'registration.prepared_forbidden'],
  quotePath: () => ['a quote of another path', 'registration.prepared_not_found (of another path)'],
  quotaLeft: () => ['a confirmation over the quota', 'common.quota_exceeded'],
  creditsSuffice: () => ['a confirmation without credits', 'common.forbidden (too few credits)'],
  userWorkExists: () => ['a work that nobody knows', 'work.not_found'],
  userWorkOwned: () => ['the work of somebody else', 'work.access_forbidden'],
  versionExists: () => ['a version that is not there', 'common.not_found (unknown version)'],
  fileExists: () => ['a file that is not there', 'common.not_found (unknown file)'],
  transactionExists: () => ['a transaction that nobody knows', 'transaction.not_found'],
};

/** Keys that should not have been created must not keep others from being created. */
const ROOM = { limits: { keysPerOrganization: 100 } };

function without(operation: string, rule: RuleName): Mutant[] {
  const [letsIn, ...lines] = CHECKS[rule](operation) ?? [];
  if (letsIn === undefined) return [];
  return [
    {
      name: `${operation} without ${rule}`,
      class: 'behaviour',
      breaks: `${operation} lets in ${letsIn}.`,
      lines: lines.map((line) => `${operation} ${line}`),
      sandbox: () => ({ ...reordered(operation, (rules) => rules.filter((one) => one !== rule)), ...(rule === 'body' ? ROOM : {}) }),
    },
  ];
}

/** Each check of each operation dropped. */
export const DROPPED: readonly Mutant[] = contract.operations.flatMap(({ id }) =>
  (OPERATIONS[id]?.rules ?? []).flatMap((rule) => without(id, rule)),
);
