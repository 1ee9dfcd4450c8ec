import { countOutcomes, type Ledger, type LedgerFailure } from '../contracts/index.js';
import { InputError } from '../spec/index.js';
import type { SavedLedger } from './ledger-file.js';

type Shard = SavedLedger & { readonly ledger: Ledger & { readonly shard: NonNullable<Ledger['shard']> } };

/**
 * Puts the shards of one run together: what one run on one machine would have come to, but for times and ids. It is not decided yet.
 *
 * @example
 * const { ledger } = gate(mergeLedgers(files.map(readLedger)), { now: new Date() });
 *
 * @throws {InputError} `ledgers-unmergeable`, everything that keeps them from being one whole
 */
export function mergeLedgers(saved: readonly SavedLedger[]): Ledger {
  const shards = saved.filter(isShard);
  const wrong = [...notShards(saved), ...(shards.length === saved.length ? whyNotOne(shards) : [])];
  const [first] = shards;
  if (wrong.length > 0 || first === undefined) throw unmergeable(wrong);
  const owners = new Map(shards.flatMap(({ ledger }) => ledger.shard.operations.map((operation) => [operation, ledger] as const)));
  const failures = first.ledger.failures.map((failure, index) => owners.get(failure.operation)?.failures[index] ?? failure);
  const operations = [...new Set(failures.map(({ operation }) => operation))];
  const { shard: _, policy: __, ...whole } = first.ledger;
  return {
    ...whole,
    ...timesOf(shards),
    failures,
    webhooks: shards.find(({ ledger }) => ledger.shard.webhooks)?.ledger.webhooks ?? [],
    probes: operations.flatMap((operation) => owners.get(operation)?.probes.filter((probe) => probe.operation === operation) ?? []),
    summary: countOutcomes(failures),
    answered: answeredIn(shards),
    partial: false,
  };
}

function isShard(saved: SavedLedger): saved is Shard {
  return saved.ledger.shard !== undefined;
}

function notShards(saved: readonly SavedLedger[]): string[] {
  if (saved.length === 0) return ['there is no ledger'];
  return saved.flatMap(({ file, ledger }) =>
    ledger.shard === undefined ? [`${file} is no shard: it is ${ledger.partial ? 'what a filter has left' : 'a whole by itself'}`] : [],
  );
}

function whyNotOne(shards: readonly Shard[]): string[] {
  const [first, ...others] = shards;
  if (first === undefined) return [];
  const mixed = others.flatMap((other) => differences(first, other));
  if (mixed.length > 0) return mixed;
  return [...shards.flatMap(unfinished), ...repeated(shards), ...absent(first, shards), ...disturbed(shards)];
}

/** What two shards of one run have in common. */
function differences(a: Shard, b: Shard): string[] {
  const [one, other] = [a.ledger, b.ledger];
  const members: readonly [what: string, one: string, other: string][] = [
    ['contract', one.contract.sha256, other.contract.sha256],
    ['suite', one.suite?.sha256 ?? 'none', other.suite?.sha256 ?? 'none'],
    ['deployment', one.deployment.name, other.deployment.name],
    ['address', addressOf(one), addressOf(other)],
    ['number of shards', String(one.shard.of), String(other.shard.of)],
    ['list of failures', namesOf(one), namesOf(other)],
  ];
  return members
    .filter(([, mine, theirs]) => mine !== theirs)
    .map(([what, mine, theirs]) => {
      const shown = what === 'list of failures' ? '' : ` (${short(mine)} and ${short(theirs)})`;
      return `${a.file} and ${b.file} differ in their ${what}${shown}`;
    });
}

/** What runs on the machine itself may listen elsewhere on each. */
function addressOf({ deployment: { url } }: Ledger): string {
  return isLoopback(url) ? 'of the machine itself' : url;
}

function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function namesOf({ failures }: Ledger): string {
  return failures.map(({ operation, status, code }) => `${operation} ${status} ${code}`).join('\n');
}

function short(text: string): string {
  return /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 12) : text;
}

function unfinished({ file, ledger }: Shard): string[] {
  const isOpen = ({ operation, causes }: LedgerFailure): boolean =>
    ledger.shard.operations.includes(operation) && (causes.length === 0 || causes.some(({ outcome }) => outcome === 'not-selected'));
  const { length } = ledger.failures.filter(isOpen);
  if (length > 0) return [`${file} has left out ${length} of its own failures: it was interrupted`];
  return ledger.verdict === 'interrupted' ? [`${file} was interrupted`] : [];
}

function repeated(shards: readonly Shard[]): string[] {
  const places = new Map<number, string>();
  const twice = shards.flatMap(({ file, ledger: { shard } }): string[] => {
    const other = places.get(shard.index);
    places.set(shard.index, other ?? file);
    return other === undefined ? [] : [`${other} and ${file} are both shard ${shard.index} of ${shard.of}`];
  });
  if (twice.length > 0) return twice;
  const owners = new Map<string, string>();
  return shards.flatMap(({ file, ledger: { shard } }) =>
    [...shard.operations, ...(shard.webhooks ? [' webhooks'] : [])].flatMap((part): string[] => {
      const other = owners.get(part);
      owners.set(part, other ?? file);
      return other === undefined ? [] : [`${other} and ${file} have both looked at ${part.trim()}`];
    }),
  );
}

function absent({ ledger: { shard, failures } }: Shard, shards: readonly Shard[]): string[] {
  const there = new Set(shards.map(({ ledger }) => ledger.shard.index));
  const missing = Array.from({ length: shard.of }, (_, index) => index + 1).filter((index) => !there.has(index));
  if (missing.length > 0) return missing.map((index) => `shard ${index} of ${shard.of} is missing`);
  const looked = new Set(shards.flatMap(({ ledger }) => ledger.shard.operations));
  const left = [...new Set(failures.map(({ operation }) => operation))].filter((operation) => !looked.has(operation));
  return left.map((operation) => `no shard has looked at ${operation}`);
}

/** Whoever moves what others stand on must be alone at a deployment: the times tell whether it was. */
function disturbed(shards: readonly Shard[]): string[] {
  return shards.flatMap((one, index) =>
    shards.slice(index + 1).flatMap((other): string[] => {
      const shared = one.ledger.deployment.url === other.ledger.deployment.url && !isLoopback(one.ledger.deployment.url);
      if (!shared || !(one.ledger.shard.alone || other.ledger.shard.alone)) return [];
      const [[from, to], [begin, end]] = [spanOf(one.ledger), spanOf(other.ledger)];
      if (to <= begin || end <= from) return [];
      return [`${one.file} and ${other.file} ran at the same time at ${one.ledger.deployment.url}, and moved state that both stand on`];
    }),
  );
}

function spanOf({ startedAt, durationMs }: Ledger): readonly [from: number, to: number] {
  const from = Date.parse(startedAt);
  return [from, from + durationMs];
}

function timesOf(shards: readonly Shard[]): Pick<Ledger, 'startedAt' | 'durationMs'> {
  const spans = shards.map(({ ledger }) => spanOf(ledger));
  const from = Math.min(...spans.map(([begin]) => begin));
  return { startedAt: new Date(from).toISOString(), durationMs: Math.max(...spans.map(([, end]) => end)) - from };
}

function answeredIn(shards: readonly Shard[]): boolean | null {
  const told = shards.map(({ ledger }) => ledger.answered);
  return told.includes(true) ? true : told.includes(false) ? false : null;
}

function unmergeable(wrong: readonly string[]): InputError {
  return new InputError(
    wrong.map((what) => ({
      problem: 'ledgers-unmergeable',
      what,
      why: 'A whole that is not made of the parts of one run proves nothing.',
      remedy: what.includes('at the same time')
        ? 'Run one shard after the other, or give each a deployment of its own; with sessions nothing is shared (docs/gate.md).'
        : 'Name the ledger of each shard of one run once: failpath merge <ledgers...> --out <folder>',
    })),
  );
}
