import { sayOccurrence } from './compile.js';
import { WEIGHT } from './field.js';
import { compareRanks } from './rule-index.js';
import { show } from './show.js';
import { drawnFor, isExpired, isUsedUp, type Entry } from './state.js';
import { affordable, newWork, NOT_LOOKED_AT, within } from './work.js';
import type { Explanation, FieldComparison, ScriptRequest } from './types.js';

/** What an explanation looks at besides the request. */
export interface Standing {
  readonly now: number;
  stateOf(scenario: string): string;
}

interface Weighed {
  readonly entry: Entry;
  readonly explanation: Explanation;
  /** Of all fields that do not match. */
  readonly missing: number;
}

/**
 * Holds every rule against a request, field by field: first the rules that match, in the order in which they are asked, then the
 * others, the nearest first. Nothing is counted, drawn or used up, but for the work that the request may still cost.
 */
export function explainAll(entries: Iterable<Entry>, request: ScriptRequest, standing: Standing): Explanation[] {
  const { work = newWork() } = request;
  // Of its own, since it is no fault of the rules where an explanation comes to its end.
  const own = newWork(work.left);
  const weighed = within(own, () => Array.from(entries, (entry) => weigh(entry, request, standing)));
  work.left = own.left;
  return weighed.sort((a, b) => a.missing - b.missing || compareRanks(a.entry, b.entry)).map(({ explanation }) => explanation);
}

const UNSEEN = Object.freeze({ matches: false, actual: NOT_LOOKED_AT });

function weigh(entry: Entry, request: ScriptRequest, standing: Standing): Weighed {
  const { rule, fields } = entry.compiled;
  let missing = 0;
  const asked = fields.map((field): FieldComparison => {
    const found = affordable(() => ({ matches: field.holds(request), actual: field.actual(request) }), UNSEEN);
    if (!found.matches) missing += field.weight;
    return { field: field.name, expected: field.expected, ...found };
  });
  const own = standingFields(entry, standing);
  missing += own.filter(({ matches }) => !matches).length * WEIGHT.state;
  return { entry, missing, explanation: { rule, matches: missing === 0, fields: [...asked, ...own] } };
}

/** What depends on the rule's own past rather than on the request. */
function standingFields(entry: Entry, { now, stateOf }: Standing): FieldComparison[] {
  const { rule, occurrence } = entry.compiled;
  const { state } = entry;
  const fields: FieldComparison[] = [];
  const { scenario, lastsMs, uses, probability, match } = rule;
  if (lastsMs !== undefined) {
    const expected = `before ${timeOf(state.addedAt + lastsMs)}`;
    fields.push({ field: 'lasts', expected, actual: timeOf(now), matches: !isExpired(entry, now) });
  }
  if (scenario?.is !== undefined) {
    const actual = stateOf(scenario.name);
    fields.push({ field: `scenario ${scenario.name}`, expected: show(scenario.is), actual: show(actual), matches: actual === scenario.is });
  }
  if (occurrence !== undefined && match.occurrence !== undefined) {
    const next = state.seen + 1;
    fields.push({ field: 'occurrence', expected: sayOccurrence(match.occurrence), actual: `number ${next}`, matches: occurrence(next) });
  }
  if (probability !== undefined) {
    const matches = drawnFor(rule, state) < probability;
    fields.push({
      field: 'probability',
      expected: `drawn, one in ${share(probability)}`,
      actual: matches ? 'drawn' : 'not drawn',
      matches,
    });
  }
  if (uses !== undefined) {
    fields.push({ field: 'uses', expected: `fewer than ${uses}`, actual: String(state.uses), matches: !isUsedUp(entry) });
  }
  return fields;
}

function share(probability: number): string {
  return probability === 0 ? 'none' : String(Math.round(10 / probability) / 10);
}

function timeOf(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? 'the end of time' : date.toISOString();
}
