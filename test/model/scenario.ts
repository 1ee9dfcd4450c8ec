import type { Action } from './actions.js';
import type { Audit } from './audit.js';
import { resolve, type Batch } from './intents.js';
import { expected, followAny, type Exchange } from './model.js';
import { beginningOf, NO_FAULTS, type State } from './state.js';
import type { Client, KnownWorld } from './world.js';

/** Takes a world through batches of actions, with the model beside it. */
export class Scenario {
  readonly #client: Client;
  readonly #audit: Audit;
  readonly #told: string[] = [];
  /** Several, where what has happened can be told in more than one way. */
  #states: readonly [State, ...State[]];
  #world: KnownWorld;

  private constructor(client: Client, audit: Audit, begun: { readonly state: State; readonly world: KnownWorld }) {
    this.#client = client;
    this.#audit = audit;
    this.#states = [begun.state];
    this.#world = begun.world;
  }

  /** @param audit Of all scenarios of a world: what was given out stays given out. */
  static async begin(client: Client, audit: Audit): Promise<Scenario> {
    return new Scenario(client, audit, await begin(client, audit));
  }

  /** What there is by now, as far as it can be told. */
  get #state(): State {
    return this.#states[0];
  }

  /**
   * Does what a batch says, all of it at once.
   *
   * @throws {Error} with what has happened so far, when an invariant is broken or no order of the answers is as the model has it
   */
  async run(batch: Batch): Promise<void> {
    await this.do(batch.map((intent) => resolve(this.#state, intent)));
  }

  async do(actions: readonly Action[]): Promise<readonly Exchange[]> {
    const [first] = actions;
    if (first?.kind === 'reset') return this.#reset();
    const isRefused = (state: State): boolean => first !== undefined && expected(state, first).status >= 400;
    const refused = first !== undefined && actions.length === 1 && this.#states.every(isRefused);
    const exchanges = refused ? [await this.#refused(first)] : await this.#together(actions);
    if (actions.some(({ kind }) => kind === 'confirm' || kind === 'organization')) await this.#balance();
    return exchanges;
  }

  /** Everything that can be read is as the model has it. */
  async readAll(): Promise<void> {
    const { organizations, externalUser } = this.#world;
    const { administrator } = this.#state;
    await this.do([{ kind: 'faults', faults: NO_FAULTS }]);
    for (const organization of [organizations.active, organizations.other]) {
      await this.do([{ kind: 'organization', id: organization, settings: { active: true } }]);
      await this.do([{ kind: 'listKeys', token: administrator, organization }]);
      for (const ref of ['user-1', 'user-2', externalUser.ref]) await this.#readWorks(organization, ref);
    }
    for (const { id, created } of this.#state.transactions) {
      if (this.#state.now - created < 7 * 86_400_000) await this.do([{ kind: 'transaction', id }]);
    }
  }

  async #readWorks(organization: string, ref: string): Promise<void> {
    const reader = this.#state.keys.find(
      (key) => key.organization === organization && !key.revoked && key.token !== undefined && key.scopes.includes('works:read'),
    );
    if (reader === undefined) return;
    await this.do([{ kind: 'openSession', token: reader.token, organization, ref }]);
    const token = this.#state.sessions.at(-1)?.token;
    await this.do([
      { kind: 'listWorks', token, organization, ref, network: 'testnet' },
      { kind: 'listWorks', token, organization, ref, network: 'mainnet' },
    ]);
  }

  async #reset(): Promise<readonly Exchange[]> {
    const { state, world } = await begin(this.#client, this.#audit);
    this.#states = [state];
    this.#world = world;
    this.#told.push('reset');
    return [];
  }

  async #together(actions: readonly Action[]): Promise<readonly Exchange[]> {
    const exchanges = await Promise.all(actions.map(async (action) => ({ action, answer: await this.#client.send(action) })));
    const wording = exchanges.map(({ action, answer }) => `${JSON.stringify(action)}\n    ${answer.status} ${answer.text.slice(0, 300)}`);
    this.#told.push(wording.join('\n  '));
    await this.#orTell(() => {
      this.#audit.add(exchanges, this.#state.now);
      const next = followAny(this.#states, exchanges);
      if ('why' in next) throw new Error(actions.length === 1 ? next.why : `no order explains the answers: ${next.why}`);
      this.#states = next;
    });
    return exchanges;
  }

  /**
   * What is refused changes nothing, anywhere. The first time a key is let in at a moment, that is noted with it, so such a refusal is
   * looked at the second time.
   */
  async #refused(action: Action): Promise<Exchange> {
    const key = 'token' in action ? this.#state.keys.find(({ token }) => token !== undefined && token === action.token) : undefined;
    if (key !== undefined && key.usedAt !== this.#state.now) await this.#together([action]);
    const before = await this.#client.digest();
    const [exchange] = await this.#together([action]);
    const after = await this.#client.digest();
    await this.#orTell(() => {
      if (before !== after) throw new Error(`${action.kind} was refused and has changed something`);
    });
    return exchange as Exchange;
  }

  /** The credits that are gone are those of what was confirmed. */
  async #balance(): Promise<void> {
    await this.#together(Object.keys(this.#state.organizations).map((id) => ({ kind: 'organization', id, settings: null })));
    this.#told.pop();
  }

  async #orTell(check: () => void | Promise<void>): Promise<void> {
    try {
      await check();
    } catch (error) {
      const told = this.#told.slice(-25).map((line) => `  ${line}`);
      throw new Error(`${(error as Error).message}\nThe last of what has happened:\n${told.join('\n')}`, { cause: error });
    }
  }
}

async function begin(client: Client, audit: Audit): Promise<{ readonly state: State; readonly world: KnownWorld }> {
  const { world, now } = await client.reset();
  audit.reset();
  const listed = [world.organizations.active, world.organizations.other].map(async (organization) => {
    const { body } = await client.send({ kind: 'listKeys', token: world.admin, organization });
    return (body as { readonly id: string; readonly name: string }[]).map(({ id, name }) => ({ organization, id, name }));
  });
  const keys = (await Promise.all(listed)).flat();
  for (const { id, name } of keys) audit.know(id, world.tokens[name] ?? '');
  return { world, state: beginningOf(world, keys, now) };
}
