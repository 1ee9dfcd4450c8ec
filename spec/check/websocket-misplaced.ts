import type { Finding } from '../errors.js';
import { follow } from '../members.js';
import { WEBSOCKET } from '../operations.js';
import { join } from '../pointer.js';
import type { Answer, Contract, Operation } from '../types.js';
import { at, objectOf, quote } from './rule.js';

/** A WebSocket is opened by GET and answered with 101 (RFC 6455, section 4), and its frames have a schema. */
export function websocketMisplaced(contract: Contract): Finding[] {
  return contract.operations.flatMap((operation) => operation.answers.flatMap((answer) => faultsOf(contract, operation, answer)));
}

function faultsOf(contract: Contract, { id, method }: Operation, { status, pointer }: Answer): Finding[] {
  const found = follow(contract.document, pointer);
  const node = objectOf(found.value);
  const misspelt = Object.keys(node).find((name) => /^x-web-?sockets?$/i.test(name) && name !== WEBSOCKET);
  if (misspelt !== undefined)
    return [finding(contract, join(found.pointer, misspelt), `${misspelt} is not read`, `Did you mean ${WEBSOCKET}?`)];
  const frames = node[WEBSOCKET];
  if (frames === undefined) return [];
  const place = join(found.pointer, WEBSOCKET);
  if (status !== 101) return [finding(contract, place, `${id} describes frames under ${status}`, "Move them to the answer '101'.")];
  if (method !== 'GET') {
    return [finding(contract, place, `${id} is to open a WebSocket with ${method}`, 'Declare it as GET: no other method can open one.')];
  }
  const { schema } = objectOf(frames);
  if (typeof schema === 'boolean' || (typeof schema === 'object' && schema !== null)) return [];
  return [
    finding(
      contract,
      place,
      `${WEBSOCKET} has no schema: it is ${quote(frames)}`,
      `Write the schema of what the server sends: ${WEBSOCKET}: {schema: {$ref: '#/components/schemas/Frame'}}.`,
    ),
  ];
}

function finding(contract: Contract, pointer: string, what: string, remedy: string): Finding {
  const why = 'failpath would ignore it, and mock and prove something else than was meant.';
  return at(contract, pointer, { problem: 'contract-extension', what, why, remedy });
}
