import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { isAbsolute } from 'node:path';
import type { Contract, Failure } from '../../spec/index.js';
import type { Ledger } from '../ledger.js';
import { itemsOf, locationOf, toneOf, type Item } from './items.js';
import { cut, tameAll } from './text.js';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
/** Of an answer or a script in a message. */
const LONGEST = 8000;

/**
 * A ledger as SARIF 2.1.0: declared failures are the rules, and every line that is not proven is a result at the place in the contract that
 * declares it. A result's fingerprint is what the line is about, so that it is the same in the next run.
 *
 * @example
 * writeFileSync('report.sarif', toSarif(ledger, contract));
 */
export function toSarif(given: Ledger, contract?: Contract): string {
  const ledger = tameAll(given);
  const items = itemsOf(ledger).filter(({ outcome }) => outcome !== 'not-selected');
  const rules = [...new Map(items.map((item) => [ruleOf(item), item]))].map(([id, item]) => describe(id, item, contract));
  const places = new Map(rules.map(({ id }, index) => [id, index]));
  const results = items
    .filter(({ outcome, takenFrom }) => outcome !== 'verified' && takenFrom === null)
    .map((item) => result(item, places.get(ruleOf(item)) ?? 0));
  const run = {
    tool: { driver: { name: 'failpath', rules } },
    automationDetails: { id: `failpath/${ledger.contract.title}/` },
    invocations: [
      {
        executionSuccessful: ledger.exitCode === 0,
        exitCode: ledger.exitCode,
        exitCodeDescription: ledger.verdict,
        startTimeUtc: ledger.startedAt,
        endTimeUtc: new Date(Date.parse(ledger.startedAt) + ledger.durationMs).toISOString(),
      },
    ],
    results,
    columnKind: 'utf16CodeUnits',
    properties: { contract: ledger.contract, deployment: ledger.deployment, summary: ledger.summary, partial: ledger.partial },
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

/** What can be wrong: a failure, a kind of probe on an operation, a webhook. */
const ruleOf = ({ title }: Item): string => title;

function describe(id: string, item: Item, contract: Contract | undefined): { readonly id: string } {
  const declared = failureOf(item, contract);
  const what = declared === undefined ? about(item) : `${declared.title}: ${declared.description}`;
  const help = [
    what,
    ...(declared?.interpretation === undefined ? [] : [`Our reading of the API's documents: ${declared.interpretation}`]),
    ...(declared === undefined ? [] : [`A client may try again: ${declared.retry}.`, `Causes: ${declared.causes.join(', ')}.`]),
  ].join('\n\n');
  return {
    id,
    ...{ name: id.replaceAll(/[^A-Za-z0-9]+/g, '_'), shortDescription: { text: id }, fullDescription: { text: what } },
    ...{ help: { text: help }, defaultConfiguration: { level: 'error' }, properties: { tags: ['error-contract', item.kind] } },
  };
}

function failureOf({ kind, operation, expected }: Item, contract: Contract | undefined): Failure | undefined {
  if (kind !== 'failure' || operation === null) return undefined;
  return contract?.operation(operation)?.failures.find(({ status, code }) => `${status} ${code}` === expected);
}

function about({ kind, operation, title, expected, source }: Item): string {
  if (kind === 'failure') return `${operation ?? ''} must be able to refuse with ${expected ?? ''}.`;
  if (kind === 'identity') return `Who may not call ${operation ?? ''} is refused (${source ?? ''}).`;
  if (kind === 'precedence') return `Of two faults at once, ${operation ?? ''} refuses the right one (${source ?? ''}).`;
  return kind === 'webhook' ? `The ${title} is sent as the contract declares it.` : 'Answers are as the contract declares them.';
}

function result(item: Item, ruleIndex: number): Readonly<Record<string, unknown>> {
  const { outcome, reason, name, remedies, requestId, observed, expected, evidence, answer, repro, title } = item;
  const text = [`${outcome}: ${reason}${name === null ? '' : ` (${name})`}`, ...remedies.map((remedy) => `Fix: ${remedy}`)].join('\n');
  const tone = toneOf(outcome);
  return {
    ruleId: ruleOf(item),
    ruleIndex,
    level: tone === 'bad' ? 'error' : 'warning',
    message: { text },
    ...placeOf(item),
    partialFingerprints: {
      'failpathLine/v1': createHash('sha256')
        .update(JSON.stringify([item.kind, title, name]))
        .digest('hex'),
    },
    ...(outcome === 'waived' ? { suppressions: [{ kind: 'external', justification: reason }] } : {}),
    properties: {
      ...{ outcome, cause: name, expected, observed, requestId, trigger: evidence?.trigger ?? null, control: evidence?.control ?? null },
      ...(answer === null ? {} : { answer: cut(answer, LONGEST) }),
      ...(repro === null ? {} : { reproduce: cut(repro, LONGEST) }),
    },
  };
}

function placeOf({ declared, title }: Item): Readonly<Record<string, unknown>> {
  const logicalLocations = [{ fullyQualifiedName: title, kind: 'member' }];
  const place = locationOf(declared);
  if (place === undefined) return { locations: [{ logicalLocations }] };
  const { file, line, column } = place;
  const uri = isAbsolute(file) ? pathToFileURL(file).href : file.split('/').map(encodeURIComponent).join('/');
  const physicalLocation = { artifactLocation: { uri }, region: { startLine: line, startColumn: column } };
  return { locations: [{ physicalLocation, logicalLocations }] };
}
