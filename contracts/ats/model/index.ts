import { sequenceModel, type Hand, type SequenceModel } from '../../fuzz/sequences/index.js';
import { keyLimit } from '../keys.js';
import { jobCommands } from './jobs.js';
import { keyCommands, keysListed, listKeys } from './keys.js';
import { moneyCommands, spentAsConfirmed } from './money.js';
import type { AtsState, Network } from './state.js';
import { workCommands, worksListed } from './works.js';

/** The ATS API as its sequences are held to it. */
export const model: SequenceModel = sequenceModel<AtsState>({
  begin,
  commands: { ...keyCommands, ...jobCommands, ...moneyCommands, ...workCommands },
  invariants: [keysListed, worksListed, spentAsConfirmed],
});

async function begin(hand: Hand): Promise<AtsState> {
  const { steps, alone } = hand;
  if (!steps.can('identity:active'))
    hand.stuck('there is no identity to take its steps with', 'Give identities.active, or what makes one.');
  await steps.identity('active');
  const listed = steps.can('admin.session') ? await listKeys(hand) : [];
  const revoked = listed.map(({ id, revoked_at: at }): [string, boolean] => [String(id), at !== null && at !== undefined]);
  // Where credits can be given away at will, no network is worth anything.
  const isPlay = alone && steps.can('credits.set');
  const networks: [Network, ...Network[]] = isPlay
    ? ['testnet', 'mainnet']
    : [steps.deployment.network === 'mainnet' ? 'mainnet' : 'testnet'];
  return {
    keys: new Map(),
    jobs: new Map(),
    sessions: new Map(),
    given: new Map(revoked.map(([id]) => [id, 'key id'])),
    keysBefore: new Map(revoked),
    places: keyLimit(steps) - revoked.filter(([, isRevoked]) => !isRevoked).length,
    mark: steps.unique('users'),
    networks,
    credits: undefined,
    quota: undefined,
    waitedSeconds: 0,
    beganAt: performance.now(),
    names: 0,
  };
}
