import type { Operation } from '../spec/index.js';
import { scriptRequestOf, type Asked } from './asked.js';
import type { Given } from './responder.js';
import type { Decision, Scripts } from './script/index.js';

/** What a rule has decided. */
export interface Ruled {
  readonly decision: Decision;
  readonly delay: number | undefined;
  readonly ruleId: string;
}

/** Asks the rules; one that lets the request pass still delays it. */
export function ruleFor(scripts: Scripts | undefined, asked: Asked, operation: Operation | undefined): Ruled | undefined {
  if (scripts === undefined || scripts.size === 0) return undefined;
  const decision = scripts.decide(scriptRequestOf(asked, operation));
  if (decision === undefined) return undefined;
  return { decision, delay: decision.rule.delay === undefined ? undefined : decision.delayMs, ruleId: decision.rule.id };
}

/** Written out: what is spread gets a shape of its own each time, and whatever reads it is slow from then on. */
export function ruledBy({ answeredBy, why, code, answer, applied, fault, spoiledBy, nearest }: Given, { delay, ruleId }: Ruled): Given {
  return { answeredBy, why, code, answer, applied, fault, delay, ruleId, spoiledBy, nearest };
}
