import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { execFile } from 'node:child_process';

export const TRANSACTION = '/v1/transactions/x';
export const INIT = '/v1/organizations/o/works/init';

export interface Bytes {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request by node:http, which decodes nothing and forbids no header. */
export function ask(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array } = {},
): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, agent: false }, (response) => {
      buffer(response).then((bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The error code in an envelope. */
export function codeOf(body: Buffer | string): string | undefined {
  return /"code":"([^"]+)"/.exec(body.toString())?.[1];
}

/** What curl prints; it ends with its exit code. */
export function curl(...args: readonly string[]): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile('curl', ['-sS', '--max-time', '20', ...args], (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
