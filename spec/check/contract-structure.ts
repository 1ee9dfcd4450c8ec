import { resolve } from 'node:path';
import type { NormalizedProblem } from '@redocly/openapi-core';
import type { Finding } from '../errors.js';
import { displayName, readSource } from '../source.js';
import type { Contract, Location } from '../types.js';
import { at } from './rule.js';

/** Redocly's rules that are about sense rather than style, and why each matters here. */
const RULES: Readonly<Record<string, string>> = {
  struct: 'What OpenAPI does not provide for is ignored or misread by every tool.',
  'spec-strict-refs': 'OpenAPI gives a reference no meaning here.',
  'spec-components-invalid-map-name': 'References to such a name do not work everywhere.',
  'no-identical-paths': 'A request cannot tell the two paths apart, so one of them is never reached.',
  'path-not-include-query': 'A path ends where the query begins, so no request reaches it.',
  'path-declaration-must-exist': 'A parameter without a name cannot be filled in.',
  'path-parameters-defined': 'A parameter that only the path or only the list knows cannot be filled in or checked.',
  'operation-parameters-unique': 'Of two parameters with one name and place, one is ignored.',
};

/** The document has the structure that OpenAPI prescribes; Redocly knows it, so it is asked (and only then loaded). */
export async function contractStructure(contract: Contract): Promise<Finding[]> {
  const { lint: lintFile, createConfig } = await import('@redocly/openapi-core');
  const config = await createConfig({ rules: Object.fromEntries(Object.keys(RULES).map((rule) => [rule, 'error'])) });
  const places = new Places(contract);
  try {
    const problems = await lintFile({ ref: resolve(contract.file), config });
    return problems.map((problem) => findingOf(problem, places));
  } catch (error) {
    // Its YAML parser is another than ours, and may stumble where ours does not.
    return [unreadable(contract, (error as Error).message)];
  }
}

function unreadable(contract: Contract, message: string): Finding {
  return at(contract, '', {
    problem: 'contract-structure',
    what: `the structure cannot be checked: ${message}`,
    why: 'YAML that not every parser reads is read differently by different tools.',
    remedy: 'Write this place in plainer YAML.',
  });
}

function findingOf({ ruleId, message, suggest, location: [place] }: NormalizedProblem, places: Places): Finding {
  const [meant] = suggest;
  return {
    problem: 'contract-structure',
    what: message.replaceAll(/\s+/g, ' ').replace(/\.$/, ''),
    why: RULES[ruleId] ?? RULES['struct'] ?? '',
    remedy: meant === undefined ? 'Write it as the OpenAPI specification prescribes.' : `Did you mean ${meant}?`,
    ...(place === undefined ? {} : { location: places.locate(place.source.absoluteRef, place.pointer) }),
  };
}

/** Redocly's places are pointers into single files; ours are of the whole, whose first file the contract knows already. */
class Places {
  readonly #contract: Contract;
  readonly #locators = new Map<string, (pointer: string) => Location>();

  constructor(contract: Contract) {
    this.#contract = contract;
  }

  locate(path: string, pointer: string | undefined): Location {
    let locator = this.#locators.get(path);
    if (locator === undefined) {
      const source = displayName(path) === this.#contract.file ? undefined : readSource(path);
      locator = (inFile) => (source ?? this.#contract).locate(inFile);
      this.#locators.set(path, locator);
    }
    return locator((pointer ?? '').replace(/^#/, ''));
  }
}
