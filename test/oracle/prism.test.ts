import { expect } from 'chai';
import { defaultContract, startMock, type Mock } from '../../mocks/index.js';
import { envelopeCodec, loadContract, type Contract, type Failure, type Operation } from '../../spec/index.js';
import { startPrism, type Prism } from './support.js';

const contract: Contract = await loadContract(defaultContract());
const codec = envelopeCodec(contract);

/** An answer without what differs between any two of them: the request id. */
interface Seen {
  readonly status: number;
  readonly body: unknown;
}

describe('Prism, asked for the same failures,', function () {
  this.timeout(60_000);
  let prism: Prism;
  let prismUrl: string;
  let mock: Mock;

  before(async () => {
    prism = await startPrism();
    prismUrl = prism.url;
    mock = await startMock({ port: 0, contract });
  });
  after(async () => {
    await mock.close();
    await prism.stop();
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
