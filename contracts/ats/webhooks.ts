import { createHmac, timingSafeEqual } from 'node:crypto';
import { SetupFailed } from '../setup-failed.js';
import type { Steps } from '../steps.js';
import type { Capability, Discrepancy, Token } from '../types.js';
import type { Arrival, Expected, Trigger, WebhookSuite } from '../webhooks/index.js';
import { mint } from './scenarios.js';
import { AUDIO_BYTES, confirmRequest, initRequest, prepareRequest, VERSION, WORK, type Actor, type JobKind } from './work.js';

/** A block on the slower network takes 12 seconds; a queue in front of it may take a few more. */
const PATIENCE_MS = 90_000;
const POLL_MS = 2_000;
const KEY: readonly Capability[] = ['admin.session', 'key.create'];

/** A key that reports to the URL, and a transaction of it from its beginning to its end. */
async function transact(steps: Steps, url: string, kind: JobKind, fails: boolean): Promise<Expected> {
  const key = await mint(steps, { scopes: ['works:register', 'works:update'], webhook_url: url });
  const as = tokenOf(key, steps);
  if (fails) await steps.change('submission.fault');
  const external_user_ref = kind === WORK ? steps.unique('user') : undefined;
  const transactionId = await confirmed(steps, kind, { as }, external_user_ref);
  const { status, times } = await ended(steps, transactionId);
  const { ats_id, tx_hash, block_number } = (status['result'] ?? {}) as Readonly<Record<string, unknown>>;
  if ((ats_id === undefined) !== fails)
    throw new SetupFailed(`transaction ${transactionId} has ${fails ? 'succeeded, although it should fail' : 'failed'}`);
  return {
    secretBase64: String(key['webhook_secret_base64']),
    members: {
      transaction_id: transactionId,
      organization_id: steps.deployment.organization,
      api_key_id: key['id'],
      ...(external_user_ref === undefined ? {} : { external_user_ref }),
      ...(fails ? {} : { network: steps.deployment.network, ats_id, tx_hash, block_number }),
    },
    times,
  };
}

function tokenOf({ token }: Readonly<Record<string, unknown>>, { deployment: { organization } }: Steps): Token {
  if (typeof token !== 'string') throw new SetupFailed('createApiKey answered no token');
  return { name: 'hooks', value: token, ...(organization === undefined ? {} : { organization }) };
}

async function confirmed(steps: Steps, kind: JobKind, actor: Actor, external_user_ref: string | undefined): Promise<string> {
  const request = await initRequest(steps, kind, actor);
  const about = external_user_ref === undefined ? {} : { external_user_ref };
  const { job_id, upload_url } = await steps.call({ ...request, body: { ...(request.body as object), ...about } });
  if (typeof job_id !== 'string') throw new SetupFailed(`${kind.init} answered no job_id`);
  const job = { ...actor, kind, jobId: job_id, uploadUrl: upload_url };
  if (kind === WORK) await steps.upload(upload_url, { bytes: AUDIO_BYTES });
  await steps.call(await prepareRequest(steps, job));
  const { transaction_id } = await steps.call(await confirmRequest(steps, job));
  if (typeof transaction_id !== 'string') throw new SetupFailed(`${kind.confirm} answered no transaction_id`);
  return transaction_id;
}

/** Moves the deployment's clock where that is possible, and waits otherwise. */
async function ended(
  steps: Steps,
  transactionId: string,
): Promise<{ readonly status: Readonly<Record<string, unknown>>; readonly times: readonly number[] }> {
  const { contract, deployment } = steps;
  const block = contract.limits[`block_seconds_${deployment.network}`]?.value ?? 12;
  if (deployment.ways.has('clock.advance')) await steps.change('clock.advance', { seconds: block + 1 });
  for (let waited = 0; ; waited += POLL_MS) {
    const request = { operation: 'getTransaction', params: { transaction_id: transactionId } };
    const status = await steps.call(request);
    if (status['is_complete'] === true) {
      // A clock that was moved shows in the transaction only; one that was not shows in every answer, also long after the end.
      const date = steps.exchanges.at(-1)?.answer?.headers['date'];
      return { status, times: [status['updated_at'], date].map((time) => Date.parse(String(time))).filter(Number.isFinite) };
    }
    if (waited >= PATIENCE_MS) throw new SetupFailed(`transaction ${transactionId} is not complete after ${PATIENCE_MS / 1000} s`);
    await steps.wait(POLL_MS);
  }
}

const trigger = (kind: JobKind, fails: boolean, needs: readonly Capability[]): Trigger => ({
  needs: [...KEY, ...needs],
  run: (steps, url) => transact(steps, url, kind, fails),
});

/** The signature covers the bytes as they came, and the time that it names is that of the other header and of the deployment. */
function check({ headers, raw }: Arrival, { secretBase64, times }: Expected, skewSeconds: number): Discrepancy[] {
  const signature = String(headers['x-allfeat-signature'] ?? 'none');
  const [, unix, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  // What cannot be read is told by its schema.
  if (unix === undefined || hex === undefined) return [];
  return [
    ...wrongHmac(raw, unix, hex, secretBase64),
    ...wrongTime(unix, String(headers['x-allfeat-timestamp'] ?? 'none'), times, skewSeconds),
  ];
}

function wrongHmac(raw: Buffer, unix: string, hex: string, secretBase64: string): Discrepancy[] {
  const hmac = (key: Buffer, body: Buffer | string): Buffer => createHmac('sha256', key).update(`${unix}.`).update(body).digest();
  const secret = Buffer.from(secretBase64, 'base64');
  const seen = Buffer.from(hex, 'hex');
  if (timingSafeEqual(hmac(secret, raw), seen)) return [];
  const encoded = timingSafeEqual(hmac(Buffer.from(secretBase64), raw), seen);
  const remedy = encoded
    ? 'Decode webhook_secret_base64: its 32 bytes are the key, not its text.'
    : 'Sign `<unix>.<raw body>`, the bytes as they are sent, with the secret of the key that confirmed.';
  const expected = "the HMAC-SHA256 over `<unix>.<raw body>` with the key's secret";
  return [
    { check: 'signature', at: 'x-allfeat-signature', expected, actual: encoded ? 'one with the secret not decoded' : 'another', remedy },
  ];
}

function wrongTime(unix: string, header: string, times: readonly number[], skewSeconds: number): Discrepancy[] {
  const found: Discrepancy[] = [];
  if (header !== unix && /^\d+$/.test(header)) {
    const remedy = 'Say the same time in both headers.';
    found.push({ check: 'timestamp', at: 'x-allfeat-timestamp', expected: `${unix}, as in the signature`, actual: header, remedy });
  }
  const skew = Math.min(...times.map((time) => Math.abs(time / 1_000 - Number(unix))));
  if (times.length > 0 && skew > skewSeconds) {
    const expected = `a time within ${skewSeconds} s of the deployment's`;
    const remedy = 'Sign every attempt anew, with the time of that attempt.';
    found.push({ check: 'timestamp', at: 'x-allfeat-signature', expected, actual: `${Math.round(skew)} s off`, remedy });
  }
  return found;
}

/** How the webhooks of the ATS come about, and what proves them. */
export const webhooks: WebhookSuite = {
  triggers: {
    work_registered: trigger(WORK, false, [`upload:${AUDIO_BYTES}`]),
    work_updated: trigger(VERSION, false, ['work.own']),
    work_failed: trigger(WORK, true, [`upload:${AUDIO_BYTES}`, 'submission.fault']),
  },
  check,
};
