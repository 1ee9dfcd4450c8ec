import supertest from 'supertest';
import {
  isHandshake,
  isRepeatable,
  sendAgain,
  toAnswer,
  TransportError,
  type Transport,
  type WireAnswer,
  type WireRequest,
} from '../contracts/index.js';

/**
 * The transport of the mocha suite: JSON requests go through supertest, as a team's own tests would send them; uploads
 * go to `uploads`, because superagent writes before it reads and loses the answer of an edge that answers early.
 *
 * @example
 * const transport = createSupertestTransport('http://127.0.0.1:4010', { timeoutMs: 10_000, uploads: createTransport({ ... }) });
 */
export function createSupertestTransport(
  base: string,
  options: { readonly timeoutMs: number; readonly headers?: Readonly<Record<string, string>>; readonly uploads: Transport },
): Transport {
  const agent = supertest.agent(base);
  const once = async (request: WireRequest): Promise<WireAnswer> => {
    const method = request.method.toLowerCase() as 'get' | 'put' | 'post' | 'delete';
    const test = agent[method](request.url.slice(base.length))
      .set({ 'user-agent': 'failpath', ...options.headers, ...request.headers })
      .redirects(0)
      .timeout(options.timeoutMs)
      .ok(() => true)
      .buffer(true)
      .parse(readText);
    try {
      const response = await (request.body === undefined ? test : test.send(request.body));
      const text: unknown = response.body;
      return toAnswer(response.status, response.headers, typeof text === 'string' ? text : '');
    } catch (error) {
      // Once there was a connection, superagent does not say how far the request came.
      const far = (error as NodeJS.ErrnoException).syscall !== 'connect';
      const repeatable = isRepeatable(request, error, { written: far, answered: far });
      throw new TransportError((error as Error).message, { cause: error, repeatable });
    }
  };
  return {
    // superagent knows no WebSockets either.
    send: (request) =>
      typeof request.body === 'object' || isHandshake(request) || !request.url.startsWith(base)
        ? options.uploads.send(request)
        : sendAgain(() => once(request)),
    close: () => options.uploads.close(),
  };
}

/** Keeps the body as it came: what it means is for the checks to say. */
function readText(incoming: unknown, done: (error: Error | null, body: string) => void): void {
  // superagent's types know the response that a parser gets only in its browser form.
  const response = incoming as NodeJS.ReadableStream;
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer | string) => chunks.push(Buffer.from(chunk)));
  response.on('end', () => done(null, Buffer.concat(chunks).toString('utf8')));
  response.on('error', (error) => done(error, ''));
}
