/**
 * Makes something when it is first asked for, and gives the same again.
 *
 * @example
 * const router = once(() => createRouter(routes));
 * router() === router(); // true
 */
export function once<Made extends object>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => (made ??= make());
}

/**
 * Makes something once for each of what it is made of, and gives the same again: what all worlds of a contract have in common is not
 * made for each of them.
 *
 * @example
 * const validationOf = oncePer((contract: Contract) => createValidation(contract));
 * validationOf(contract) === validationOf(contract); // true
 */
export function oncePer<Of extends object, Made>(make: (of: Of) => Made): (of: Of) => Made {
  const made = new WeakMap<Of, { readonly value: Made }>();
  return (of) => {
    let known = made.get(of);
    if (known === undefined) made.set(of, (known = { value: make(of) }));
    return known.value;
  };
}

/**
 * Makes something of a key, and gives the same again as long as the key was asked for lately: at most twice `most` are remembered, and a
 * key that comes again keeps its place.
 *
 * @example
 * const parsed = lately((text: string) => parse(text), 1_000);
 * parsed('error=api_key.revoked') === parsed('error=api_key.revoked'); // true
 */
export function lately<Of, Made>(make: (of: Of) => Made, most: number): (of: Of) => Made {
  let young = new Map<Of, Made>();
  let old = new Map<Of, Made>();
  return (of) => {
    let made = young.get(of);
    if (made !== undefined) return made;
    made = old.get(of) ?? make(of);
    if (young.size >= most) {
      old = young;
      young = new Map();
    }
    young.set(of, made);
    return made;
  };
}
