import { Agent, createServer, request as ask } from 'node:http';

/** A proxy of node:http and nothing else: what `observe` is compared with. */
const [listen, upstream] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const { method, url, headers } = request;
  const sent = ask({ host: '127.0.0.1', port: Number(upstream), method, path: url, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  sent.on('error', () => {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  });
  request.pipe(sent);
});

server.listen(Number(listen), '127.0.0.1');
