import type { Policies, RuleName } from '../../../mocks/ats/index.js';
import type { Mutant } from '../mutant.js';
import { changed, everyRule, strict } from './rules.js';

const once: readonly Mutant[] = [
  {
    name: 'second confirm accepted',
    class: 'behaviour',
    breaks: 'Confirming does not take the quote away, so that a second confirm pays again.',
    lines: ['* registration.prepared_not_found (confirmed already)'],
    everything: 'lines and probes',
    outcome: 'not-reached',
    sandbox: () => ({ policies: { takeQuote: (quotes, jobId) => quotes.get(jobId) } }),
  },
  {
    name: 'second prepare accepted',
    class: 'behaviour',
    breaks: 'Preparing does not take the upload session away, so that a job has any number of quotes.',
    lines: ['* registration.upload_session_not_found (consumed)'],
    outcome: 'not-reached',
    sandbox: () => ({ policies: { takeSession: (sessions, jobId) => sessions.get(jobId) } }),
  },
  {
    name: 'confirm not atomic',
    class: 'behaviour',
    breaks: 'Confirm reads the quote and deletes it in a step of its own, a second later: whoever is quick confirms twice.',
    lines: ['* registration.prepared_not_found (confirmed already)'],
    outcome: 'not-reached',
    sandbox: () => {
      const read = new Map<string, number>();
      const takeQuote: Policies['takeQuote'] = (quotes, jobId) => {
        read.set(jobId, Date.now());
        return quotes.get(jobId);
      };
      const isDeleted = (jobId: string): boolean => Date.now() - (read.get(jobId) ?? Infinity) > 1_000;
      return {
        policies: { takeQuote },
        ...strict('quoteExists', 'registration.prepared_not_found', ({ jobId }) => isDeleted(jobId)),
      };
    },
  },
  {
    name: 'confirmed job called forbidden',
    class: 'behaviour',
    breaks: 'A job that was confirmed belongs to the chain, and to nobody who might confirm it again.',
    lines: ['* registration.prepared_not_found (confirmed already)'],
    outcome: 'wrong-path',
    sandbox: () =>
      changed('quoteExists', (refusal, { spent }) =>
        typeof spent?.confirmed_at === 'number' ? { code: 'registration.prepared_forbidden', why: 'a lie' } : refusal,
      ),
  },
  {
    name: 'expired job called used up',
    class: 'behaviour',
    breaks: 'Jobs are deleted when they expire, and a job that was deleted is taken for one without audio.',
    lines: ['* registration.upload_session_not_found (expired)'],
    outcome: 'wrong-path',
    sandbox: () =>
      changed(
        'sessionExists',
        (refusal, { session }) => refusal && (session === undefined ? refusal : { code: 'registration.audio_empty', why: 'a lie' }),
      ),
  },
  {
    name: 'zero bytes are audio',
    class: 'behaviour',
    breaks: 'That something was uploaded is looked at, and not that it is more than nothing.',
    lines: ['* registration.audio_empty (zero bytes)'],
    outcome: 'not-reached',
    sandbox: () => changed('audioPresent', (refusal, { session }) => (session?.audio?.size_bytes === 0 ? undefined : refusal)),
  },
  {
    name: 'no upload is no audio',
    class: 'behaviour',
    breaks: 'That the audio is not empty is looked at, and not that there is any.',
    lines: ['* registration.audio_empty (nothing uploaded)'],
    outcome: 'not-reached',
    sandbox: () => changed('audioPresent', (refusal, { session }) => (session?.audio === null ? undefined : refusal)),
  },
];

/** The checks of a job that refuse it, and must leave it as it was; a job of another path is never asked for where it would be found. */
const REFUSALS: Readonly<Record<'uploadSessions' | 'quotes', readonly (readonly [RuleName, line: string])[]>> = {
  uploadSessions: [
    ['sessionOwned', 'registration.upload_session_forbidden'],
    ['audioPresent', 'registration.audio_empty'],
    ['audioFits', 'registration.audio_too_large'],
    ['commitmentValid', 'registration.commitment_invalid'],
    ['dryRunPasses', 'registration.dry_run_failed'],
  ],
  quotes: [
    ['quoteOwned', 'registration.prepared_forbidden'],
    ['quotaLeft', 'common.quota_exceeded'],
    ['creditsSuffice', 'common.forbidden (too few credits)'],
  ],
};

const consumed = (['uploadSessions', 'quotes'] as const).flatMap((table) =>
  REFUSALS[table].map(([rule, line]): Mutant => {
    const operation = table === 'quotes' ? 'confirm*' : 'prepare*';
    return {
      name: `job consumed by ${rule}`,
      class: 'behaviour',
      breaks: `A job is taken before ${rule} refuses it, and not put back.`,
      lines: [`${operation} ${line}`],
      sandbox: () =>
        changed(rule, (refusal, { service, jobId }) => {
          if (refusal !== undefined) service.state[table].delete(jobId);
          return refusal;
        }),
    };
  }),
);

/** A request that was refused, and has done it all the same. */
const doneAnyway: readonly Mutant[] = [
  ...['api_key.unknown_scope', 'api_key.invalid_name', 'api_key.webhook_url_invalid', 'api_key.limit_reached'].map((code): Mutant => ({
    name: `key created although ${code}`,
    class: 'behaviour',
    breaks: `A key is stored before it is refused with ${code}, and stays.`,
    lines: [`createApiKey ${code}`],
    sandbox: () =>
      everyRule((refusal, facts) => {
        const { service, organizationId, now, call } = facts;
        const [known] = service.state.keys.list();
        if (refusal?.code === code && call.operation.id === 'createApiKey' && known !== undefined) {
          const id = service.mint.uuid();
          service.state.keys.put(id, {
            ...known,
            id,
            token_sha256: id,
            name: facts.text('name') ?? '',
            organization_id: organizationId,
            created_at: now,
          });
        }
        return refusal;
      }),
  })),
  {
    name: 'key revoked although refused',
    class: 'behaviour',
    breaks: 'The key of another organization is revoked before it is refused.',
    lines: ['revokeApiKey common.not_found (key of another organization)'],
    sandbox: () =>
      changed('keyOwned', (refusal, { namedKey, service, now }) => {
        if (refusal !== undefined && namedKey !== undefined) {
          service.state.keys.put(namedKey.token_sha256, { ...namedKey, revoked_at: now });
        }
        return refusal;
      }),
  },
];

/** Jobs that are used up by what must not use them up, or not by what must; requests that are refused and done. */
export const JOBS: readonly Mutant[] = [...once, ...consumed, ...doneAnyway];
