import type { Contract } from '../../spec/index.js';
import type { MockClock } from '../clock.js';
import type { Limits } from './limits.js';
import type { Transact } from '../types.js';
import type { Mint } from '../mint.js';
import type { Policies } from './policies.js';
import { NO_FAULTS, type Faults, type State } from './state.js';
import type { WebhookRules } from './webhooks/rules.js';

/** What every part of the sandbox works with. */
export interface Service {
  /** With the agenda of what falls due by it. */
  readonly clock: MockClock;
  readonly limits: Limits;
  readonly policies: Policies;
  readonly magic: Contract['magic'];
  /** Gives out ids, tokens and secrets. */
  readonly mint: Mint;
  readonly state: State;
  readonly transact: Transact;
  /** `undefined` where the contract does not say how they are delivered. */
  readonly webhooks: WebhookRules | undefined;
}

const FAULTS = 'current';

/** The faults that are set at the moment. */
export function faultsOf({ state }: Service): Faults {
  return state.faults.get(FAULTS) ?? NO_FAULTS;
}

/** Sets the faults, all of them. */
export function setFaults({ state }: Service, faults: Faults): void {
  state.faults.put(FAULTS, faults);
}
