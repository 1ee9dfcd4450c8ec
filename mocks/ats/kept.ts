import type { Creator } from './state.js';

/** What is kept of the texts of a job, so that a record stays small whatever is sent. Characters, and persons. */
const LONGEST_TITLE = 300;
const LONGEST_NAME = 100;
const MOST_CREATORS = 20;

const ROLES = ['author', 'composer', 'arranger', 'adapter'] as const;

/**
 * A title as lists show it: of a long one its beginning.
 *
 * @example
 * keptTitle('Harbour Lights'); // 'Harbour Lights'
 */
export function keptTitle(title: string | undefined): string {
  return cut(title ?? '', LONGEST_TITLE);
}

/**
 * The first persons of a list of creators, with the roles that they have; addresses for mail are left out.
 *
 * @example
 * keptCreators([{ full_name: 'Ada Brandt', email: '...', roles: { author: true, composer: false } }]); // [{ full_name: 'Ada Brandt', roles: ['author'] }]
 */
export function keptCreators(creators: unknown): readonly Creator[] {
  if (!Array.isArray(creators)) return [];
  return creators.slice(0, MOST_CREATORS).map((creator: unknown): Creator => {
    const { full_name, roles } = Object(creator) as { readonly full_name?: unknown; readonly roles?: unknown };
    const has = Object(roles) as Readonly<Record<string, unknown>>;
    return {
      full_name: cut(typeof full_name === 'string' ? full_name : '', LONGEST_NAME),
      roles: ROLES.filter((role) => has[role] === true),
    };
  });
}

/** Half of a pair of surrogates would be no text. */
function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
