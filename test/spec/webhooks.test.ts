import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { loadContract, type Contract } from '../../spec/index.js';
import { edit, load, removeWritten, SOUND } from './contracts.js';
import { expectNone, expectOne } from './check/support.js';

const ATS = new URL('../../openapi.yaml', import.meta.url).pathname;

/** A webhook for the sound contract, before its components. */
const WEBHOOK = `webhooks:
  thing_sold:
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/NewThing'}
            examples: {sold: {value: {name: Lamp}}}
      responses:
        '200': {description: Thanks., x-delivery: acknowledged}
        '410': {description: Never., x-delivery: final}
components:
`;
const FIRST = 'components:\n  securitySchemes';

function withWebhook(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { [FIRST]: `${edit(WEBHOOK, changes)}  securitySchemes` };
}

describe('webhooks of a contract', () => {
  after(removeWritten);

  describe('the contract that is shipped', () => {
    let contract: Contract;
    before(async () => (contract = await loadContract(ATS)));

    it('has them in the order of the document, with how they are delivered', () => {
      expect(contract.webhooks.map(({ name, method }) => `${method} ${name}`)).to.deep.equal([
        ...['POST work_registered', 'POST work_updated', 'POST work_failed'],
      ]);
      expect(contract.delivery).to.deep.equal({ timeoutSeconds: 30, retryAfterSeconds: [1, 5, 30, 120, 600], skewSeconds: 300 });
    });

    it('has an example of each that its own schema accepts, and no other does', () => {
      for (const { name, body, parameters } of contract.webhooks) {
        const [example] = body?.json?.examples ?? [];
        expect(example, name).to.not.equal(undefined);
        const accepting = contract.webhooks.filter((one) => one.body?.json?.validate(example?.value).length === 0).map((one) => one.name);
        expect(accepting).to.deep.equal([name]);
        expect(parameters.map((parameter) => `${parameter.name} ${parameter.required}`)).to.deep.equal([
          ...['X-Allfeat-Signature true', 'X-Allfeat-Timestamp true'],
        ]);
      }
    });

    it('shows the signature of its own example', () => {
      const secret = contract.operation('createApiKey')?.successes[0]?.content?.examples[0]?.value as { webhook_secret_base64: string };
      const [registered] = contract.webhooks;
      const body = JSON.stringify(registered?.body?.json?.examples[0]?.value);
      const [signature, timestamp] = registered?.parameters.map(({ example }) => String(example)) ?? [];
      const hmac = createHmac('sha256', Buffer.from(secret.webhook_secret_base64, 'base64')).update(`${timestamp}.${body}`);
      expect(signature).to.equal(`t=${timestamp},v1=${hmac.digest('hex')}`);
    });

    it('says what each answer does to the delivery', () => {
      const [webhook] = contract.webhooks;
      const effects = [200, 204, 299, 301, 307, 400, 404, 408, 410, 429, 500, 503, 999].map((status) => webhook?.effectOf(status));
      expect(effects.join(' ')).to.equal(
        'acknowledged acknowledged acknowledged retried retried final final retried final retried retried retried retried',
      );
    });
  });

  it('are read with what they declare, and sensible where they declare nothing', async () => {
    const { webhooks, delivery } = await load(edit(SOUND, withWebhook()));
    expect(webhooks.map(({ effectOf }) => [200, 201, 410, 404, 500].map(effectOf).join(' '))).to.deep.equal([
      'acknowledged acknowledged final retried retried',
    ]);
    expect(webhooks[0]?.body?.json?.validate({}).map(({ pointer }) => pointer)).to.deep.equal(['/name']);
    expect(delivery).to.equal(undefined);
  });

  it('are read in every form that the document may give them', async () => {
    const { webhooks } = await load(`openapi: 3.1.0
info: {title: T, version: '1'}
paths: {}
webhooks:
  plain: {post: {responses: {}}}
  nothing: {summary: Without a method.}
  null: null
  other:
    put:
      summary: '  Tells. '
      responses: {'204': {x-delivery: retried}, 2xx: {x-delivery: final}, default: {x-delivery: final}, '404': null}
`);
    expect(webhooks.map(({ name, method, summary, pointer }) => [name, method, summary, pointer])).to.deep.equal([
      ['plain', 'POST', '', '/webhooks/plain/post'],
      ['other', 'PUT', 'Tells.', '/webhooks/other/put'],
    ]);
    const effects = (index: number): string => [100, 199, 200, 204, 299, 300, 404].map((one) => webhooks[index]?.effectOf(one)).join(' ');
    expect(effects(0)).to.equal('retried retried acknowledged acknowledged acknowledged retried retried');
    expect(effects(1)).to.equal('final final final retried final final final');
  });

  it('are none in a contract without', async () => {
    expect((await load(SOUND)).webhooks).to.deep.equal([]);
  });

  describe('checkContract', () => {
    it('finds nothing in sound ones', () => expectNone(withWebhook()));

    const FOUND: readonly [Record<string, string>, string, string, string][] = [
      [
        { 'x-delivery: final': '¶x-delivery: never' },
        'contract-extension',
        'x-delivery is "never"',
        'Write one of acknowledged, retried, final.',
      ],
      [
        { 'value: {name: Lamp}': 'value: {¶name: 5}' },
        'example-invalid',
        'the example sold in the body of thing_sold: /name must be string',
        'Correct the example, or the schema that refuses it.',
      ],
      [
        { '      responses:\n': '      parameters: [{name: X-A, in: header, schema: {type: integer}, ¶example: a}]\n      responses:\n' },
        'example-invalid',
        'the example of header X-A of thing_sold: the value must be integer',
        'Correct the example, or the schema that refuses it.',
      ],
      [
        { 'application/json': 'text/plain', '    post:': '    ¶post:' },
        'contract-structure',
        'the webhook thing_sold has no JSON body',
        'Describe the body under requestBody.content.application/json.',
      ],
      [
        { '  thing_sold:\n': '  ¶thing_sold:\n    put: {responses: {"200": {description: Thanks.}}}\n' },
        'contract-structure',
        'the webhook thing_sold has 2 methods',
        'Declare one: what is sent has one.',
      ],
      [
        { "{$ref: '#/components/schemas/NewThing'}": '{¶type: strng}' },
        'schema-invalid',
        '"strng" is none of array, boolean, integer, null, number, object, string',
        'Did you mean string?',
      ],
    ];
    for (const [changes, problem, what, remedy] of FOUND)
      it(`${problem}: ${what}`, () => expectOne(withWebhook(changes), problem, what, remedy));

    it('finds nothing in one with a summary, and with parameters for every method', () =>
      expectNone(withWebhook({ '  thing_sold:\n': '  thing_sold:\n    summary: Sold.\n    parameters: []\n' })));

    const OTHER = "thing_lost:\n    ¶post: {responses: {'200': {description: Thanks.}}}\ncomponents:";
    it('finds the one without a body among several', () =>
      expectOne(withWebhook({ 'components:': `  ${OTHER}` }), 'contract-structure', 'the webhook thing_lost has no JSON body'));

    it('finds a misspelt member of how they are delivered', () =>
      expectOne(
        { 'refusals: {': 'webhooks: {timeoutSeconds: 5, retryAfterSeconds: [1], skewSeconds: 3, ¶retryAfterSecond: 5}\n  refusals: {' },
        'contract-extension',
        'x-failpath.webhooks.retryAfterSecond is not read',
        'Did you mean retryAfterSeconds?',
      ));
  });
});
