import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { judge } from '../../contracts/fuzz/judge.js';
import { createRedactor, toAnswer } from '../../contracts/index.js';
import { loadContract } from '../../spec/index.js';
import { temporaryFile } from '../support/cli.js';
import { SHOP_CONTRACT } from './shop/server.js';

/** A list beside the order, which a server that ignores a slash at the end gives for an order without an id. */
const LIST = `
    get:
      operationId: listOrders
      responses:
        '200':
          description: Orders.
          content: { application/json: { schema: { type: object, required: [orders] }, examples: { none: { value: { orders: [] } } } } }
  /v1/orders/{order_id}:`;

describe('fuzz: how an answer is judged', () => {
  it('is as that of the operation before an empty parameter, where the slash at the end counts for nothing', async () => {
    const text = readFileSync(SHOP_CONTRACT, 'utf8').replace('\n  /v1/orders/{order_id}:', LIST);
    const contract = await loadContract(temporaryFile('shops.yaml', text));
    const request = { operation: 'getOrder', method: 'GET', target: '/v1/orders/', headers: [], body: undefined, as: null };
    const kindOf = (body: unknown): string | undefined => {
      const bench = { contract, redactor: createRedactor(), seenRequestIds: new Set<string>(), edges: new Set<number>() };
      const answer = toAnswer(200, { 'content-type': 'application/json' }, JSON.stringify(body));
      return judge(bench, request, 'declared', { raw: request, answer }).wrong?.kind;
    };
    expect(kindOf({ orders: [] })).to.equal(undefined);
    expect(kindOf({ id: 'order-1', item: 'teapot' })).to.equal(undefined);
    expect(kindOf({ other: 1 })).to.equal('undeclared');
  });
});
