import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { Answers } from '../measure/record.js';

/**
 * The bare server: node:http and nothing else. It reads each request to its end, and answers the bytes that it was told: those for
 * the method and the path, or all of them in turn, from the first on each connection.
 */
interface Prepared {
  readonly status: number;
  readonly headers: string[];
  readonly body: Buffer;
}

let byPath = new Map<string, Prepared>();
let inTurn: readonly Prepared[] = [];
const turns = new WeakMap<Socket, number>();
const NOTHING: Prepared = { status: 404, headers: [], body: Buffer.alloc(0) };

function next(socket: Socket): Prepared {
  const turn = turns.get(socket) ?? 0;
  turns.set(socket, (turn + 1) % inTurn.length);
  return inTurn[turn] ?? NOTHING;
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    Buffer.concat(chunks);
    const answer = inTurn.length > 0 ? next(request.socket) : (byPath.get(`${request.method} ${request.url}`) ?? NOTHING);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  });
});

process.on('message', (told: Answers) => {
  const prepared = told.answers.map(({ status, headers, body }) => ({
    status,
    headers: headers.flat(),
    body: Buffer.from(body, 'base64'),
  }));
  byPath = new Map(told.answers.map(({ key }, at) => [key, prepared[at] ?? NOTHING]));
  inTurn = told.inTurn ? prepared : [];
  process.send?.('ready');
});
process.on('disconnect', () => process.exit(0));
server.listen(Number(process.argv[2]), '127.0.0.1');
