import { request as ask } from 'node:http';
import type { Flow, Step } from '../load-types.js';

/** An answer as it was seen, for the bare server to give again. */
export interface Recorded {
  /** Method and path, as `GET /v1/works`. */
  readonly key: string;
  readonly status: number;
  /** Names and values as they were spelled, without what node:http adds by itself. */
  readonly headers: readonly (readonly [string, string])[];
  /** Base64. */
  readonly body: string;
}

/** What the bare server is told to answer: by method and path, or one after the other on each connection. */
export interface Answers {
  readonly answers: readonly Recorded[];
  readonly inTurn: boolean;
}

const BY_ITSELF = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);

function send(origin: string, step: Step, path: string, body: string | undefined): Promise<Recorded> {
  return new Promise((resolve, reject) => {
    const headers = { ...step.headers, 'content-length': String(Buffer.byteLength(body ?? '')) };
    const sent = ask(`${origin}${path}`, { method: step.method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('error', reject);
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const pairs = answer.rawHeaders.flatMap((name, at, all): [string, string][] => (at % 2 === 0 ? [[name, all[at + 1] ?? '']] : []));
        const kept = pairs.filter(([name]) => !BY_ITSELF.has(name.toLowerCase()));
        const length: [string, string] = ['Content-Length', String(bytes.length)];
        resolve({
          key: `${step.method} ${path}`,
          status: answer.statusCode ?? 0,
          headers: answer.statusCode === 204 ? kept : [...kept, length],
          body: bytes.toString('base64'),
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/**
 * Goes through a flow once, and tells what was answered.
 *
 * @throws Error if a step is answered with another status than it names: what is then measured would not be what is meant.
 */
export async function record(origin: string, flow: Flow): Promise<readonly Recorded[]> {
  const values = new Map<string, string>();
  const fill = (text: string): string => text.replace(/\$\{(\w+)\}/g, (_, name: string) => values.get(name) ?? '');
  const seen: Recorded[] = [];
  for (const step of flow) {
    const answer = await send(origin, step, fill(step.path), step.body === undefined ? undefined : fill(step.body));
    const text = Buffer.from(answer.body, 'base64').toString();
    if (answer.status !== step.status) {
      throw new Error(`${answer.key} was answered ${answer.status} where ${step.status} was expected: ${text.slice(0, 500)}`);
    }
    for (const [name, pattern] of Object.entries(step.take ?? {})) values.set(name, new RegExp(pattern).exec(text)?.[1] ?? '');
    seen.push(answer);
  }
  return seen;
}
