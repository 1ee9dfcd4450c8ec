import { readFileSync } from 'node:fs';
import { Pool } from 'undici';
import type { Replayed } from '../load-types.js';

/**
 * Sends recorded requests with undici and nothing else: what a run is compared with. To the bare server one by one; to a mock (`sessions`)
 * those of a session one after the other, in a session that is opened anew, since a mock remembers; `all` sends it the others before.
 */
const [origin = '', file = '', concurrency = '1', mode] = process.argv.slice(2);

interface Ready extends Omit<Replayed, 'body'> {
  readonly body: Buffer | null;
}

// Before the first connection: what is read from a file is not what is compared.
const requests = (JSON.parse(readFileSync(file, 'utf8')) as readonly Replayed[]).map((request): Ready => {
  const { body } = request;
  return { ...request, body: body === undefined ? null : Buffer.from(body, 'base64') };
});
const pool = new Pool(origin, { connections: Number(concurrency), pipelining: 1 });
let otherwise = 0;

/** @param id Of the session that stands for the recorded one. */
async function send({ method, path, headers, body, session, status }: Ready, id = session): Promise<ArrayBuffer> {
  const own = session === undefined || id === undefined ? path : path.replace(session, id);
  const answer = await pool.request({
    method,
    path: own,
    headers: { ...headers, ...(id !== undefined && 'x-failpath-session' in headers ? { 'x-failpath-session': id } : {}) },
    body,
  });
  if (answer.statusCode !== status) otherwise += 1;
  return answer.body.arrayBuffer();
}

/** What comes after the opening of a session is sent to the one that was opened now. */
async function inSession([opening, ...rest]: readonly Ready[]): Promise<void> {
  if (opening === undefined) return;
  const { id } = JSON.parse(Buffer.from(await send(opening)).toString()) as { readonly id: string };
  for (const request of rest) await send(request, id);
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Number(concurrency) }, worker));
}

if (mode === undefined) await each(requests, (request) => send(request));
else {
  const sessions = new Map<string, Ready[]>();
  for (const request of requests) {
    if (request.session !== undefined) sessions.set(request.session, [...(sessions.get(request.session) ?? []), request]);
    else if (mode === 'all') await send(request);
  }
  await each([...sessions.values()], inSession);
}
await pool.close();
process.stdout.write(`${otherwise}\n`);
