import type { Answered, LeftBehind, RehearsalSuite } from '../rehearsal/types.js';

const members = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? { ...value } : {});
const said = (answered: readonly Answered[], ...labels: readonly string[]): Answered[] =>
  answered.filter(({ label }) => labels.includes(label));

const OPENED = ['initWork', 'initVersion', 'initVersionUpload'];
const CONFIRMED = ['confirmWork', 'confirmVersion'];

/** The keys that were created and not revoked. */
function livingKeys(earlier: readonly Answered[]): Readonly<Record<string, unknown>>[] {
  const revoked = new Set(said(earlier, 'revokeApiKey').map(({ params }) => params['api_key_id']));
  return said(earlier, 'createApiKey')
    .map(({ answer }) => members(answer))
    .filter(({ id }) => !revoked.has(String(id)));
}

/** How an ATS is imagined: the organization has no key but those of the run, and a transaction takes one block. */
export const rehearsal: RehearsalSuite = {
  answers: {
    // Elsewhere that may take a while, so runs ask until it is so.
    createPartnerSession: ({ earlier, token }) => {
      const made = said(earlier, 'createApiKey').find(({ answer }) => members(answer)['token'] === token);
      const isRevoked = made !== undefined && !livingKeys(earlier).some(({ id }) => id === members(made.answer)['id']);
      return isRevoked ? { code: 'api_key.revoked' } : undefined;
    },
    listApiKeys: ({ earlier }) => ({
      body: livingKeys(earlier).map(({ token: _, webhook_secret_base64: __, ...key }) => ({ ...key, revoked_at: null })),
    }),
    getTransaction: ({ earlier, params, examples, now, limits }) => {
      const begun = said(earlier, ...CONFIRMED).find(({ answer }) => members(answer)['transaction_id'] === params['transaction_id']);
      const network = members(said(earlier, ...OPENED).at(-1)?.body)['network'];
      const block = limits[`block_seconds_${String(network)}`] ?? 0;
      const isMoved = begun !== undefined && said(earlier.slice(earlier.indexOf(begun)), 'clock.advance').length > 0;
      const isOver = begun === undefined || isMoved || now - begun.at >= block * 1000;
      // Set, and not put back yet.
      const isRefused = said(earlier, 'submission.fault').length % 2 === 1;
      const end = isRefused ? 'transactionFailed' : 'transactionCompleted';
      return { body: examples[isOver ? end : 'transactionSubmitting'] };
    },
  },
  leaves: (answered) => {
    const count = (...labels: readonly string[]): number => said(answered, ...labels).length;
    return [
      left(count('confirmWork'), 'registered work', 'registered works'),
      left(count('confirmVersion'), 'registered version', 'registered versions'),
      left(count(...OPENED) - count(...CONFIRMED), 'open job, which expires by itself', 'open jobs, which expire by themselves'),
      left(livingKeys(answered).length, 'API key', 'API keys'),
    ].filter((some) => some.count > 0);
  },
};

function left(count: number, one: string, many: string): LeftBehind {
  return { what: count === 1 ? one : many, count };
}
