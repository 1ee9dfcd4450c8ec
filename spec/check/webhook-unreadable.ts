import type { Finding } from '../errors.js';
import { follow } from '../members.js';
import { METHODS } from '../operations.js';
import { join } from '../pointer.js';
import type { Contract } from '../types.js';
import { EFFECTS } from '../webhooks.js';
import { at, objectOf, quote } from './rule.js';

/** Each webhook is one request with a JSON body, and its answers do what `x-delivery` can say. */
export function webhookUnreadable(contract: Contract): Finding[] {
  return Object.keys(objectOf(contract.document.webhooks))
    .flatMap((name) => {
      const item = follow(contract.document, join('/webhooks', name));
      const methods = Object.keys(objectOf(item.value)).filter((method) => METHODS.has(method));
      const webhook = contract.webhooks.find((candidate) => candidate.name === name);
      if (methods.length !== 1)
        return [unread(contract, item.pointer, `the webhook ${name} has ${methods.length} methods`, 'Declare one: what is sent has one.')];
      if (webhook?.body?.json !== undefined) return [];
      const remedy = 'Describe the body under requestBody.content.application/json.';
      return [unread(contract, join(item.pointer, ...methods), `the webhook ${name} has no JSON body`, remedy)];
    })
    .concat(effectFaults(contract));
}

function effectFaults(contract: Contract): Finding[] {
  const places = new Map(
    contract.webhooks.flatMap(({ pointer }) => {
      const answers = join(pointer, 'responses');
      return Object.keys(objectOf(follow(contract.document, answers).value))
        .map((status) => follow(contract.document, join(answers, status)))
        .map(({ value, pointer: place }): [string, unknown] => [place, objectOf(value)['x-delivery']]);
    }),
  );
  return [...places]
    .filter(([, effect]) => effect !== undefined && !EFFECTS.some((known) => known === effect))
    .map(([place, effect]) =>
      at(contract, join(place, 'x-delivery'), {
        problem: 'contract-extension',
        what: `x-delivery is ${quote(effect)}`,
        why: 'failpath would ignore it, and mock and prove something else than was meant.',
        remedy: `Write one of ${EFFECTS.join(', ')}.`,
      }),
    );
}

function unread(contract: Contract, pointer: string, what: string, remedy: string): Finding {
  const why = 'A webhook is a request that the API sends: only its method and its JSON body say what receivers can expect.';
  return at(contract, pointer, { problem: 'contract-structure', what, why, remedy });
}
