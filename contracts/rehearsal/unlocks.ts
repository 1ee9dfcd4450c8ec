import { GIVE_ORGANIZATION, isSharedState, readyInFile } from '../capability-file.js';
import { agedMember, isExpiry } from '../expiry.js';
import { needsOf, type Plan, type PlannedPath } from '../plan.js';
import { matchPaths } from '../path.js';
import type { Capability } from '../types.js';

/** Entries of a deployment file that together let a path be proven. */
type Entries = ReadonlySet<string>;

/** What to write into the deployment file, and what can be proven then that could not be before. */
export interface Unlock {
  /** Entries of the file, such as `identities.otherOrg`. */
  readonly give: readonly string[];
  readonly remedies: readonly string[];
  /** Failures of which every cause can be proven then. */
  readonly failures: number;
  readonly causes: number;
}

export interface Unlocks {
  /** Each after those before it; what unlocks most for what it asks comes first. */
  readonly steps: readonly Unlock[];
  /** The fewest entries that let a path be proven; nothing for one that can be proven, or that no entry helps. */
  readonly of: (planned: PlannedPath) => readonly string[];
}

interface Locked {
  readonly planned: PlannedPath;
  readonly options: readonly Entries[];
}

/**
 * What a deployment file is lacking, and how much each entry would unlock.
 *
 * @example
 * findUnlocks(plan, (planned) => planned.action.do === 'run').steps[0]?.give; // ['identities.admin']
 *
 * @param proven Whether a path is proven as the file is; it decides when a failure is unlocked.
 */
export function findUnlocks(plan: Plan, proven: (planned: PlannedPath) => boolean): Unlocks {
  const remedies = new Map<string, string>();
  const alternatives = createAlternatives(plan, remedies);
  const matched = matchPaths(plan.contract, plan.suite.paths);
  const locked = plan.paths
    .filter((planned) => !isLeftOut(planned) && !proven(planned))
    .map((planned): Locked => {
      const path = matched.get(planned.failure)?.get(planned.cause);
      const permitted = permissionsOf(planned, remedies);
      if (path === undefined) return { planned, options: [] };
      const options = together([...needsOf(path, plan.suite)].map((need) => alternatives(need)));
      // What is met already and yet not proven asks for something that no entry gives.
      return { planned, options: options.map((one) => new Set([...one, ...permitted])).filter(({ size }) => size > 0) };
    });
  const fewest = new Map(locked.map(({ planned, options }) => [planned, [...(smallest(options) ?? [])].sort()]));
  return { steps: rank(locked, remedies), of: (planned) => fewest.get(planned) ?? [] };
}

function isLeftOut({ action }: PlannedPath): boolean {
  return action.do === 'nothing' && action.outcome === 'not-selected';
}

/** What a deployment that permits only some things would have to permit as well. */
function permissionsOf({ action }: PlannedPath, remedies: Map<string, string>): readonly string[] {
  if (action.do !== 'nothing') return [];
  return (action.refusals ?? []).map((refusal) =>
    permissionIn(refusal, /not allow (?:requests to )?(\S+): name/.exec(refusal)?.[1], remedies),
  );
}

/** The member of `allow` that a remedy speaks of, and what to write there. */
function permissionIn(remedy: string, what: string | undefined, remedies: Map<string, string>): string {
  const member = /allow\.\w+/.exec(remedy)?.[0] ?? 'allow';
  const isNamed = what !== undefined && member !== 'allow.revocations';
  const entry = isNamed ? `${member}: ${what}` : member;
  remedies.set(entry, isNamed ? `name ${what} in ${member}` : `set ${member}: true`);
  return entry;
}

/** The ways to a capability: its entry in the file, or what its sequence needs; no entry where it is met for real. */
function createAlternatives({ resolve, deployment, suite }: Plan, remedies: Map<string, string>): (capability: Capability) => Entries[] {
  const find = (capability: Capability, within: readonly Capability[]): Entries[] => {
    const resolved = resolve(capability);
    if ('way' in resolved && resolved.way.by !== 'magic') return [new Set()];
    if (isExpiry(capability)) {
      const aged = agedMember(capability);
      remedies.set(aged, `give ${aged}, one that has expired already`);
      return minimal([...find('clock.advance', within), new Set([aged])]);
    }
    const { remedy } = readyInFile(capability, deployment);
    const isPermission = remedy.includes('allow.');
    const entry = isPermission
      ? permissionIn(remedy, capability.split(':')[0], remedies)
      : entryOf(capability, remedy, deployment.forbidden);
    if (!isPermission) remedies.set(entry, remedy);
    const needsOrganization = deployment.organization === undefined && !isSharedState(capability) && !capability.startsWith('upload:');
    if (needsOrganization) remedies.set('organization', GIVE_ORGANIZATION);
    const own = [new Set(needsOrganization ? [entry, 'organization'] : [entry])];
    // A call that is described must be permitted as well.
    if (isSharedState(capability) && !isPermission && deployment.allow?.writes.has(capability) === false)
      own[0]?.add(permissionIn('allow.writes', capability, remedies));
    const sequence = suite.sequences[capability];
    if (sequence === undefined || within.includes(capability)) return own;
    return minimal([...own, ...together(sequence.needs.map((need) => find(need, [...within, capability])))]);
  };
  return (capability) => find(capability, []);
}

/** Where the file says it. */
function entryOf(capability: Capability, remedy: string, forbidden: ReadonlySet<string>): string {
  if (remedy === GIVE_ORGANIZATION) return 'organization';
  if (isSharedState(capability) || forbidden.has(capability)) return `capabilities.${capability}`;
  if (capability.startsWith('upload:')) return 'uploads.maxBytes';
  if (capability.startsWith('identity:')) return `identities.${capability.slice('identity:'.length)}`;
  if (capability.startsWith('work.')) return `works.${capability.slice('work.'.length)}`;
  return capability === 'org.second' ? 'identities.otherOrg' : 'identities.admin';
}

/** Every way to have all of several things. */
function together(all: readonly (readonly Entries[])[]): Entries[] {
  return all.reduce<Entries[]>(
    (made, options) => minimal(made.flatMap((one) => options.map((other) => new Set([...one, ...other])))),
    [new Set()],
  );
}

/** Without what asks for more than another one does. */
function minimal(options: readonly Entries[]): Entries[] {
  return options.filter(
    (one, index) => !options.some((other, at) => at !== index && isWithin(other, one) && (other.size < one.size || at < index)),
  );
}

function isWithin(few: Entries, many: Entries): boolean {
  return [...few].every((entry) => many.has(entry));
}

function smallest(options: readonly Entries[]): Entries | undefined {
  return options.reduce<Entries | undefined>((least, one) => (least === undefined || one.size < least.size ? one : least), undefined);
}

/** Whatever unlocks most causes for each entry that it asks for, again and again until nothing is left that an entry helps. */
function rank(locked: readonly Locked[], remedies: ReadonlyMap<string, string>): Unlock[] {
  const steps: Unlock[] = [];
  const given = new Set<string>();
  for (let left = locked.filter(({ options }) => smallest(options) !== undefined); left.length > 0;) {
    const [best] = candidates(left, given)
      .map((give) => ({ give, unlocked: left.filter(({ options }) => options.some((one) => isWithin(one, new Set([...given, ...give])))) }))
      .sort((a, b) => b.unlocked.length / b.give.length - a.unlocked.length / a.give.length || compare(a.give.join(), b.give.join()));
    if (best === undefined) break;
    const { give, unlocked } = best;
    for (const entry of give) given.add(entry);
    const still = locked.filter(({ options }) => !options.some((one) => isWithin(one, given)));
    const failures = new Set(unlocked.map(({ planned }) => planned.failure));
    for (const { planned } of still) failures.delete(planned.failure);
    steps.push({ give, remedies: give.flatMap((entry) => remedies.get(entry) ?? []), failures: failures.size, causes: unlocked.length });
    left = left.filter((one) => !unlocked.includes(one));
  }
  return steps;
}

/** What is still to be given for any of the ways to what is left. */
function candidates(left: readonly Locked[], given: Entries): string[][] {
  const all = left.flatMap(({ options }) => options.map((option) => [...option].filter((entry) => !given.has(entry)).sort()));
  return [...new Map(all.map((entries) => [entries.join(), entries])).values()];
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
