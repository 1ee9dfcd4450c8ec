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
