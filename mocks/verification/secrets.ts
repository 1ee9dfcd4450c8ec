/** Headers and members whose values are credentials, by names that tell. */
const CREDENTIAL =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|password|passwd|pwd|(?:[\w-]*[-_])?(?:secret|signature|token)|sig|(?:x-)?api[-_]?key|private[-_]?key|code_verifier|x-amz-.*)$/i;

/**
 * Whether a header, parameter or member holds a credential, going by its name.
 *
 * @example
 * isCredential('Authorization'); // true
 */
export function isCredential(name: string): boolean {
  return CREDENTIAL.test(name);
}

/** A JSON value without its credentials: members with telling names, and those that the contract calls secret. */
export function withoutCredentials(value: unknown, secrets: ReadonlySet<string>, pointer = ''): unknown {
  if (secrets.has(pointer)) return '…';
  if (Array.isArray(value)) return value.map((item, index) => withoutCredentials(item, secrets, `${pointer}/${index}`));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const at = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      return [name, typeof member === 'string' && isCredential(name) ? '…' : withoutCredentials(member, secrets, at)];
    }),
  );
}
