import { atsSuite, createDeployment, fuzz, type Finding, type FuzzEvent, type FuzzOptions, type Suite } from '../../../contracts/index.js';
import { loadContract, type Contract } from '../../../spec/index.js';
import { SHOP_CONTRACT, SHOP_TOKEN, type Shop } from './server.js';

let loaded: Promise<Contract> | undefined;
export const shopContract = (): Promise<Contract> => (loaded ??= loadContract(SHOP_CONTRACT));

/** What is known of good requests to the shop. */
export const shopSuite: Suite = {
  ...atsSuite,
  name: 'shop',
  paths: [],
  identityOf: { key: 'key' },
  sequences: {},
  params: () => ({ order_id: 'order-1' }),
  created: () => undefined,
  scenarios: {
    placeOrder: { needs: [], given: async () => ({ operation: 'placeOrder', body: { item: 'teapot', count: 2 } }) },
    getOrder: { needs: [], given: async () => ({ operation: 'getOrder' }) },
  },
  fuzz: { ids: ['order_id'] },
};

export type Finished = Extract<FuzzEvent, { type: 'finished' }>;

/** Fuzzes a shop to the end. */
export async function fuzzShop(shop: Shop, options: Partial<FuzzOptions> = {}): Promise<{ finished: Finished; events: FuzzEvent[] }> {
  const deployment = createDeployment({ url: shop.url, identities: { key: { token: SHOP_TOKEN, public: false } } });
  const events: FuzzEvent[] = [];
  for await (const event of fuzz({
    contract: await shopContract(),
    suite: shopSuite,
    deployment,
    seed: 7,
    requests: 900,
    concurrency: 8,
    ...options,
  }))
    events.push(event);
  return { finished: events.at(-1) as Finished, events };
}

/** What of a finding is the same for every seed: of changes that come to the same, any one may have been met first. */
export const essence = ({ kind, operation, requests: [request] }: Finding): unknown => ({
  kind,
  operation,
  method: request?.method,
  target: request?.target,
  headers: request?.headers.map(
    ([name, value]) =>
      `${name}: ${name === 'content-type' && value !== 'application/json' ? 'another' : value.replace(/!(?:upper|lower|swapped)/, '!case')}`,
  ),
  body: request?.body,
});

/** Findings in an order that no seed changes. */
export const essences = (findings: readonly Finding[]): readonly unknown[] =>
  findings.toSorted((a, b) => a.cause.localeCompare(b.cause)).map(essence);
