import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { defaultContract, startMock, type Mock } from '../../mocks/index.js';
import { envelopeCodec, loadContract, type Contract, type Failure, type Operation } from '../../spec/index.js';

const contract: Contract = await loadContract(defaultContract());
const codec = envelopeCodec(contract);
const PRISM = fileURLToPath(new URL('../../node_modules/@stoplight/prism-cli/dist/index.js', import.meta.url));

/** An answer without what differs between any two of them: the request id. */
interface Seen {
  readonly status: number;
  readonly body: unknown;
}

describe('Prism, asked for the same failures,', function () {
  this.timeout(60_000);
  let prism: ChildProcess;
  let prismUrl: string;
  let mock: Mock;

  before(async () => {
    const port = await freePort();
    prism = spawn(process.execPath, [PRISM, 'mock', defaultContract(), '-p', String(port), '-h', '127.0.0.1'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for (const stream of [prism.stdout, prism.stderr]) stream?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
    prismUrl = `http://127.0.0.1:${port}`;
    await reachable(port, () => {
      if (prism.exitCode !== null) throw new Error(`Prism ended with ${prism.exitCode}:\n${log}`);
    });
    mock = await startMock({ port: 0, contract });
  });
  after(async () => {
    await mock.close();
    if (prism.exitCode === null && prism.kill()) await once(prism, 'exit');
  });

  /** A request that is valid by the contract's own examples, with a credential that the mock's world knows. */
  const ask = async (
    base: string,
    operation: Operation,
    prefer: string,
  ): Promise<Seen & { readonly raw: unknown; readonly applied: string | null }> => {
    const { active, other } = mock.world.works;
    const params: Readonly<Record<string, string>> = {
      organization_id: mock.world.organizations.active,
      ats_id: String(active),
      other: String(other),
    };
    const path = operation.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
      encodeURIComponent(params[name] ?? String(exampleOf(operation, name))),
    );
    const scheme = operation.credentials[0]?.scheme;
    const token = scheme === 'administrator' ? mock.world.admin : mock.world.tokens.active;
    const body: unknown = operation.body?.json?.examples[0]?.value;
    const query = new URLSearchParams();
    for (const one of operation.parameters) if (one.in === 'query' && one.required) query.set(one.name, String(one.example));
    const response = await fetch(`${base}${path}?${query.toString()}`, {
      method: operation.method,
      headers: {
        prefer,
        ...(scheme === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const raw: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, body: withoutRequestId(raw), raw, applied: response.headers.get('preference-applied') };
  };

  for (const operation of contract.operations) {
    describe(operation.id, () => {
      for (const failure of operation.failures) {
        for (const { name } of failure.examples) {
          it(`answers ${failure.status} ${name} as the mock does`, async () => {
            const prefer = `code=${failure.status}, example=${name}`;
            const [theirs, ours] = [await ask(prismUrl, operation, prefer), await ask(mock.url, operation, prefer)];
            expect({ status: ours.status, body: ours.body }).to.deep.equal({ status: theirs.status, body: theirs.body });
            expect({ status: ours.status, code: codec.read(ours.raw).code }, 'and that is what was asked for').to.deep.equal({
              status: failure.status,
              code: failure.code,
            });
            expect(failure.validate(ours.raw)).to.deep.equal([]);
          });
        }
      }

      for (const { status, failures } of operation.answers.filter((answer) => answer.failures.length > 0)) {
        it(`makes up a ${status} that is as valid as the mock's`, async () => {
          for (const [who, base] of [
            ['Prism', prismUrl],
            ['failpath', mock.url],
          ] as const) {
            const made = await ask(base, operation, `code=${status}, dynamic=true, seed=7`);
            expect(made.status, who).to.equal(status);
            const declared: Failure | undefined = failures.find(({ code }) => code === codec.read(made.raw).code);
            expect(declared?.validate(made.raw), `${who}: ${JSON.stringify(made.raw)}`).to.deep.equal([]);
          }
        });
      }
    });
  }
});

function exampleOf({ parameters }: Operation, name: string): unknown {
  return parameters.find((one) => one.name === name)?.example;
}

function withoutRequestId(body: unknown): unknown {
  const { error } = body as { error?: Readonly<Record<string, unknown>> };
  if (error === undefined) return body;
  const { request_id: _, ...rest } = error;
  return { ...(body as object), error: rest };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Returns as soon as a connection is accepted. */
async function reachable(port: number, stillComing: () => void): Promise<void> {
  for (;;) {
    stillComing();
    const socket = connect(port, '127.0.0.1');
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await wait(20);
  }
}
