import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** An answer of a control API, as JSON where it is JSON. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** A server that has too much to do says so; whoever only prepares something has time. */
const PATIENCE = { times: 20, everyMs: 100 };

/** Asks, and asks again while the answer is 503; a body is sent as JSON. Throws Error for an answer of 400 and above. */
export async function ask(method: string, url: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  for (let time = 1; ; time += 1) {
    const answered = await once(method, url, body, headers);
    if (answered.status < 400) return answered;
    if (answered.status !== 503 || time === PATIENCE.times)
      throw new Error(`${method} ${url} was answered ${answered.status}: ${JSON.stringify(answered.body).slice(0, 500)}`);
    await sleep(PATIENCE.everyMs);
  }
}

function once(method: string, url: string, body: unknown, headers: Readonly<Record<string, string>>): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text ?? '')), ...headers };
    const asked = request(url, { method, agent, headers: sent }, (answer) => {
      let read = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        read += chunk;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        const status = answer.statusCode ?? 0;
        resolve({ status, body: (answer.headers['content-type'] ?? '').includes('json') ? JSON.parse(read) : read });
      });
    });
    asked.on('error', reject);
    asked.end(text);
  });
}
