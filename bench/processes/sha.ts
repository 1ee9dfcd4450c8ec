import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

/** node:http and SHA-256 and nothing else: what uploads are compared with. */
const server = createServer((request, response) => {
  const hash = createHash('sha256');
  request.on('data', (chunk: Buffer) => hash.update(chunk));
  request.on('end', () => response.end(hash.digest('hex')));
});

process.on('disconnect', () => process.exit(0));
server.listen(Number(process.argv[2]), '127.0.0.1');
