import { connect } from 'node:net';
import type { UploadOrder, UploadReport } from '../load-types.js';

const CHUNK = Buffer.alloc(64 * 1024, 'not really audio ');

/** Sends a body of so many bytes to a path, as fast as it is taken or a little at a time; resolves with the status. */
function upload({ port, bytes, slow }: UploadOrder, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let left = bytes;
    let timer: NodeJS.Timeout | undefined;
    const fast = (): void => {
      while (left > 0) {
        const chunk = left >= CHUNK.length ? CHUNK : CHUNK.subarray(0, left);
        left -= chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    const little = (): void => {
      const size = Math.min(left, slow?.bytes ?? left);
      left -= size;
      if (size > 0) socket.write(CHUNK.subarray(0, size));
    };
    socket.on('connect', () => {
      const head = [`PUT ${path} HTTP/1.1`, `host: 127.0.0.1:${port}`, 'content-type: audio/wav', `content-length: ${bytes}`];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      if (slow === undefined) fast();
      else timer = setInterval(little, slow.everyMs);
    });
    if (slow === undefined) socket.on('drain', fast);
    socket.on('data', (answer: Buffer) => {
      clearInterval(timer);
      socket.destroy();
      resolve(Number(answer.toString('latin1', 9, 12)));
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearInterval(timer);
      reject(new Error('the upload was cut off'));
    });
  });
}

async function run(order: UploadOrder): Promise<UploadReport> {
  const began = performance.now();
  const statuses = await Promise.all(order.paths.map((path) => upload(order, path)));
  return { seconds: (performance.now() - began) / 1000, statuses };
}

process.on('message', (order: UploadOrder) => {
  run(order).then(
    (report) => process.send?.(report),
    (error: unknown) => process.send?.({ failed: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
