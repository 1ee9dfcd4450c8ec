import { connect } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonPointer, loadContract, type Contract, type Operation } from '../../spec/index.js';
import { defaultContract, startMock, type Mock, type StartOptions } from '../../mocks/index.js';

let contract: Promise<Contract> | undefined;

/** The ATS contract, loaded once for all suites. */
export function atsContract(): Promise<Contract> {
  return (contract ??= loadContract(defaultContract()));
}

/** Mocks of a suite; every one is closed at its end. */
export function mocks(): { start<World>(options?: StartOptions): Promise<Mock<World>>; closeAll(): Promise<void> } {
  const started: Mock<unknown>[] = [];
  return {
    start: async <World>(options: StartOptions = {}) => {
      const mock = await startMock<World>({ contract: await atsContract(), ...options });
      started.push(mock);
      return mock;
    },
    closeAll: async () => void (await Promise.all(started.map((mock) => mock.close()))),
  };
}

/** Loads a contract from text. */
export async function contractFrom(yaml: string): Promise<Contract> {
  const folder = mkdtempSync(join(tmpdir(), 'contract-'));
  const file = join(folder, 'openapi.yaml');
  writeFileSync(file, yaml);
  try {
    return await loadContract(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A path of an operation, with something in place of every parameter. */
export function pathOf(operation: Operation): string {
  return operation.path.replaceAll(/\{[^}]+\}/g, '00000000-0000-4000-8000-000000000000');
}

export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed; `undefined` when there is none. */
  readonly body: unknown;
  /** The member at a JSON pointer of the body. */
  at(pointer: string): unknown;
}

/** One request with everything that came back. */
export async function send(mock: { readonly url: string }, method: string, path: string, init: RequestInit = {}): Promise<Seen> {
  const response = await fetch(mock.url + path, { method, ...init });
  const text = await response.text();
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, text, body, at: (pointer) => jsonPointer.get(body, pointer) };
}

export const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/**
 * Writes bytes to a socket and answers all that comes back until it is closed.
 *
 * @param until When to close it: with the last byte that is written, or once enough has been seen; by default the server does.
 */
export function raw(
  port: number,
  chunks: readonly (string | Buffer)[],
  until: 'end' | ((seen: string) => boolean) = () => false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let seen = '';
    socket.on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1');
      if (until !== 'end' && until(seen)) socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (seen === '' && error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => resolve(seen));
    for (const chunk of chunks) socket.write(chunk);
    if (until === 'end') socket.end();
  });
}
