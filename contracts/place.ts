import type { Contract, Location } from '../spec/index.js';

/**
 * A place in the contract that is looked up once somebody asks for it: most lines are proven, and nobody asks where.
 *
 * @example
 * placeIn(contract, failure.pointer).line; // 646
 */
export function placeIn(contract: Pick<Contract, 'locate'>, pointer: string): Location {
  let found: Location | undefined;
  const place = (): Location => (found ??= contract.locate(pointer));
  return {
    get file() {
      return place().file;
    },
    get line() {
      return place().line;
    },
    get column() {
      return place().column;
    },
  };
}
