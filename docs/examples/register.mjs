#!/usr/bin/env node
// Registers a work with the ATS, and follows it to its end: by polling, by WebSocket and by webhook.
// Nothing but Node: 20 or later; the WebSocket from 22 on, or with `node --experimental-websocket`.
//
//   node register.mjs [base URL]
//
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';

// By default those of a `failpath mock` on this machine.
const env = process.env;
const url = process.argv[2] ?? env.ATS_URL ?? 'http://127.0.0.1:4010';
const organization = env.ATS_ORGANIZATION ?? 'ac71fe00-0000-4000-8000-000000000001';
// A key of yours and its webhook secret; without them, the administrator's session creates a key for webhooks to this script.
const admin = env.ATS_ADMIN ?? 'administrator-session-of-the-well-known-world';
let key = { token: env.ATS_TOKEN, webhook_secret_base64: env.ATS_WEBHOOK_SECRET };
// Where the clock of a mock is, such as http://127.0.0.1:4010/__admin/clock: it is moved, and nobody waits.
const clock = env.ATS_CLOCK;

/** What the API refuses with: switch on `code`, never on the message. */
class AtsError extends Error {
  constructor({ status, headers }, { code = 'no code', message = '', request_id } = {}) {
    super(`${status} ${code}: ${message} (${request_id ?? 'no request id'})`);
    this.code = code;
    this.retryAfter = Number(headers.get('retry-after') ?? 5);
  }
}

/** One request; an upstream that is down is asked again when it said it may be. */
async function call(method, path, { token = key.token, body, headers } = {}) {
  const options = { method, headers: { ...headers } };
  if (token !== null) options.headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(path.startsWith('/') ? url + path : path, options).catch(({ cause }) => {
      throw new Error(`no answer from ${url}: ${cause?.message}`);
    });
    if (answer.status === 204) return undefined;
    if (answer.ok) return answer.json();
    // What stands in front of the API may answer something else than JSON.
    const { error } = await answer.json().catch(() => ({}));
    const refused = new AtsError(answer, error);
    if (refused.code !== 'common.service_unavailable' || attempt === 5) throw refused;
    console.log(`${refused.message}; again in ${refused.retryAfter} s`);
    await pause(refused.retryAfter);
  }
}

const api = (path) => `/v1/organizations/${organization}/${path}`;

async function main() {
  const receiver = await receiveWebhooks();
  if (key.token !== undefined) {
    if (key.webhook_secret_base64 === undefined) throw new Error('ATS_TOKEN needs its ATS_WEBHOOK_SECRET');
    await register(receiver);
  } else {
    const body = { name: 'Example in Node', scopes: ['works:register'], webhook_url: receiver.url };
    key = await call('POST', api('api-keys'), { token: admin, body });
    console.log(`key ${key.prefix}... reports to ${receiver.url}`);
    try {
      await register(receiver);
    } finally {
      // Nobody else has use for this key.
      await call('DELETE', api(`api-keys/${key.id}`), { token: admin });
    }
  }
  receiver.close();
}

async function register(receiver) {
  // One Idempotency-Key per work of yours, kept with it: whenever init is sent again within a day, it opens no second job.
  const roles = { author: true, composer: true, arranger: false, adapter: false };
  const work = {
    network: 'testnet',
    title: 'Harbour Lights',
    filename: 'harbour.wav',
    creators: [{ full_name: 'Ada Example', email: 'ada@example.org', roles }],
  };
  const opened = await call('POST', api('works/init'), { body: work, headers: { 'Idempotency-Key': randomUUID() } });
  console.log(`init: job ${opened.job_id}`);

  // The URL is the credential: no Authorization here. It is good once.
  const stored = await fetch(opened.upload_url, { method: 'PUT', body: Buffer.from('the bytes of harbour.wav') });
  if (!stored.ok) throw new Error(`the upload was refused: ${stored.status} ${await stored.text()}`);
  console.log('upload: done');

  const job = { body: { job_id: opened.job_id } };
  const quote = await call('POST', api('works/prepare'), job);
  console.log(`prepare: ${quote.total_price_credits} credits, until ${quote.expires_at}`);

  const confirmed = await call('POST', api('works/confirm'), job);
  console.log(`confirm: transaction ${confirmed.transaction_id}`);

  // A second confirm is refused, whoever sends it: so after a lost answer, this code says that the first may have been accepted.
  await call('POST', api('works/confirm'), job).then(
    () => Promise.reject(new Error('the job was confirmed twice')),
    (error) => {
      if (error.code !== 'registration.prepared_not_found') throw error;
      console.log(`confirm again: ${error.code}, so it is confirmed or its quote has expired`);
    },
  );

  const [{ result }] = await Promise.all([poll(confirmed.status_url), track(confirmed.ws_url)]);
  if (result.error !== undefined) throw new Error(`the chain has refused the work: ${result.error}`);
  console.log(`on chain: work ${result.ats_id} in block ${result.block_number}`);

  const webhook = await receiver.of(confirmed.transaction_id);
  if (webhook.event !== 'work_registered' || webhook.ats_id !== result.ats_id) throw new Error(`the webhook says ${webhook.event}`);
  console.log(`webhook: ${webhook.event}, work ${webhook.ats_id}, signature verified`);
}

/** Every 2 seconds, and every 10 once it takes longer than 30. Who knows the id may read: the key need not go there. */
async function poll(statusUrl) {
  for (let waited = 0; waited < 600;) {
    const transaction = await call('GET', statusUrl, { token: null });
    console.log(`poll: ${transaction.current_step} ${transaction.progress} %`);
    if (transaction.is_complete) return transaction;
    const seconds = waited < 30 ? 2 : 10;
    await pause(seconds);
    waited += seconds;
  }
  throw new Error('the transaction has not come to its end for 10 minutes');
}

/** Each step as it is reached; the server closes the connection at the end. Polling remains the way that always works. */
async function track(wsUrl) {
  if (typeof WebSocket === 'undefined') {
    console.log('WebSocket: this Node has none');
    return;
  }
  const socket = new WebSocket(wsUrl);
  const patience = setTimeout(() => socket.close(), 600_000);
  let last = 'nothing';
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(data);
    last = frame.type === 'update' ? frame.transaction.current_step : (frame.error?.code ?? frame.type);
    console.log(`WebSocket: ${last}`);
  });
  await once(socket, 'close');
  clearTimeout(patience);
  if (last !== 'completed' && last !== 'failed') throw new Error(`the WebSocket has ended with ${last}`);
}

/** Listens for webhooks. In production this is a route of yours behind HTTPS, and what has been seen is in your database. */
async function receiveWebhooks() {
  const seen = new Map();
  const arrived = new EventEmitter();

  /** Resolves to the status of the answer. */
  async function take(request) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    if (!isGenuine(raw, request.headers, await now())) return 401;
    const event = JSON.parse(raw);
    // They come at least once: what has been seen is acknowledged again, and otherwise left alone.
    if (seen.has(event.transaction_id)) console.log(`webhook: ${event.event} once more, left alone`);
    else seen.set(event.transaction_id, event);
    arrived.emit(event.transaction_id);
    return 204;
  }

  const server = createServer((request, response) => {
    take(request).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(Number(env.ATS_WEBHOOK_PORT ?? 0), '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/webhooks/ats`,
    close: () => server.close().closeAllConnections(),
    of: async (transaction) => {
      const patience = { signal: AbortSignal.timeout(30_000) };
      if (!seen.has(transaction)) {
        await once(arrived, transaction, patience).catch(() => Promise.reject(new Error('no webhook with a good signature has come')));
      }
      return seen.get(transaction);
    },
  };
}

/** Over the bytes as they came, before anything parses them; compared in constant time; not older than 300 seconds. */
function isGenuine(raw, headers, seconds) {
  const [, unix, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['x-allfeat-signature'] ?? '') ?? [];
  if (unix === undefined || Math.abs(seconds - Number(unix)) > 300) return false;
  const secret = Buffer.from(key.webhook_secret_base64, 'base64');
  const expected = createHmac('sha256', secret).update(`${unix}.`).update(raw).digest();
  return timingSafeEqual(expected, Buffer.from(hex, 'hex'));
}

async function pause(seconds) {
  if (clock === undefined) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  else await fetch(`${clock}/advance`, { method: 'POST', body: JSON.stringify({ seconds }) });
}

/** Seconds since 1970. A mock signs with the time of its own clock. */
async function now() {
  if (clock === undefined) return Date.now() / 1000;
  return Date.parse((await (await fetch(clock)).json()).now) / 1000;
}

main().catch((error) => {
  console.error(`register.mjs: ${error.message}`);
  process.exit(1);
});
