import type { Failure } from '../../spec/index.js';
import { describeMissing, missingOf } from '../capabilities.js';
import { laneOf, mintsKeys, needsOf, type Lane, type Plan } from '../plan.js';
import type { Capability } from '../types.js';
import { declareProbes, nameOfProbe } from './declare.js';
import type { Probe, Unsent } from './types.js';

/** What will be done about one probe. */
export interface PlannedProbe {
  readonly probe: Probe;
  readonly action:
    | { readonly do: 'send'; readonly lane: Lane; readonly mints: boolean }
    /** The verdict is that of a line, or of control twins. */
    | { readonly do: 'take' }
    | { readonly do: 'nothing'; readonly outcome: Unsent; readonly reason: string };
}

/**
 * Decides, before anything is sent, what a run will do about every probe. A probe is looked at when every failure that it is about is
 * selected; where an identity must be let in, when anything else of its row is.
 *
 * @example
 * planProbes(plan).filter(({ action }) => action.do === 'send').length;
 */
export function planProbes(plan: Plan): readonly PlannedProbe[] {
  const isSelected = selectionOf(plan);
  const probes = declareProbes(plan.contract, plan.suite).filter(isSelected);
  const rows = new Set(probes.flatMap(({ kind, expected, operation }) => (kind === 'identity' && expected ? [operation] : [])));
  return probes
    .filter(({ expected, operation }) => expected !== undefined || rows.has(operation))
    .map((probe) => ({ probe, action: permitted(plan.unpermitted?.get(nameOfProbe(probe)), toAction(probe, plan)) }));
}

/** What the deployment file does not permit to its end is not begun either. */
function permitted(refusal: string | undefined, action: PlannedProbe['action']): PlannedProbe['action'] {
  return refusal === undefined || action.do !== 'send' ? action : { do: 'nothing', outcome: 'not-capable', reason: refusal };
}

/** Failures of which every cause was left out are not selected. */
function selectionOf({ paths }: Plan): (probe: Probe) => boolean {
  const selected = new Set<Failure>();
  for (const { failure, action } of paths) if (action.do !== 'nothing' || action.outcome !== 'not-selected') selected.add(failure);
  return ({ expected, over }) => [expected, over].every((declared) => declared === undefined || selected.has(declared.failure));
}

function toAction({ path, line, expected, over }: Probe, { suite, resolve, deployment }: Plan): PlannedProbe['action'] {
  if (line !== undefined || expected === undefined) return { do: 'take' };
  const needs = needsOf(path, suite);
  const missing = missingOf([...needs], resolve);
  if (missing.length > 0) {
    const reason = describeMissing(missing);
    return { do: 'nothing', outcome: 'not-capable', reason };
  }
  const idle = over === undefined ? undefined : whyIdle([...needs], resolve);
  if (idle !== undefined) return { do: 'nothing', outcome: 'not-capable', reason: idle };
  return { do: 'send', lane: laneOf(path, suite, deployment), mints: mintsKeys(needs, { resolve, deployment }) };
}

/** Ways that serve a single fault, and not two at once. */
function whyIdle(needs: readonly Capability[], resolve: Plan['resolve']): string | undefined {
  for (const need of needs) {
    const resolved = resolve(need);
    if (!('way' in resolved)) continue;
    if (resolved.way.by === 'magic')
      return `${need} is only pretended by a magic value, which says nothing of the order: give capabilities.${need} as a call`;
    if (resolved.way.by === 'wait') return `${need} is not waited for once more: give capabilities.clock.advance`;
  }
  return undefined;
}
