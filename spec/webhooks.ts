import type { OpenAPIV3_1 } from 'openapi-types';
import { follow } from './members.js';
import { METHODS, type Reader } from './operations.js';
import { get, join } from './pointer.js';
import type { DeliveryEffect, Webhook } from './types.js';

/** What `x-delivery` can say. */
export const EFFECTS: readonly DeliveryEffect[] = ['acknowledged', 'retried', 'final'];

/** Reads the webhooks of a document, in its order. Of one that declares several methods, the first is read. */
export function readWebhooks(document: OpenAPIV3_1.Document, reader: Reader): readonly Webhook[] {
  return Object.freeze(
    Object.keys(objectOf(document.webhooks)).flatMap((name): Webhook[] => {
      const { value, pointer: item } = follow(document, join('/webhooks', name));
      const method = Object.keys(objectOf(value)).find((key) => METHODS.has(key));
      return method === undefined ? [] : [readWebhook(document, reader, { name, method, item })];
    }),
  );
}

interface Place {
  readonly name: string;
  readonly method: string;
  /** The pointer of what has the methods. */
  readonly item: string;
}

function readWebhook(document: OpenAPIV3_1.Document, reader: Reader, { name, method, item }: Place): Webhook {
  const pointer = join(item, method);
  const { summary, responses } = objectOf(get(document, pointer));
  const effects = new Map(
    Object.keys(objectOf(responses)).map((status) => {
      const answer = objectOf(follow(document, join(pointer, 'responses', status)).value);
      return [status.toUpperCase(), EFFECTS.find((effect) => effect === answer['x-delivery'])];
    }),
  );
  return Object.freeze<Webhook>({
    name,
    summary: typeof summary === 'string' ? summary.trim() : '',
    method: method.toUpperCase(),
    ...reader.request(item, pointer),
    pointer,
    // The more exact of two declarations counts, as in OpenAPI.
    effectOf: (status) =>
      effects.get(String(status)) ??
      effects.get(`${Math.floor(status / 100)}XX`) ??
      effects.get('DEFAULT') ??
      (status >= 200 && status < 300 ? 'acknowledged' : 'retried'),
  });
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
