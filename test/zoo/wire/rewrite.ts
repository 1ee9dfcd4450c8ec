import { jsonPointer } from '../../../spec/index.js';
import type { Answer, Asked, Meddling } from '../../support/proxy.js';

/** How a proxy changes one answer. */
export type Rewrite = (answer: Answer, asked: Asked) => Answer;

type Envelope = Readonly<Record<string, unknown>> & { readonly error: Readonly<Record<string, unknown>> };

/** Changes the body of an answer and nothing else. */
export const withBody = (answer: Answer, change: (body: Envelope) => unknown): Answer => ({
  ...answer,
  text: JSON.stringify(change(JSON.parse(answer.text) as Envelope)),
});

/** Replaces members of the error; `undefined` takes one away. */
export const withError = (answer: Answer, members: Readonly<Record<string, unknown>>): Answer =>
  withBody(answer, (body) => ({ ...body, error: { ...body.error, ...members } }));

/** Changes what stands at a pointer, if anything does; `undefined` takes it away. */
export const withValue = (answer: Answer, pointer: string, change: (value: unknown) => unknown): Answer =>
  jsonPointer.get(JSON.parse(answer.text), pointer) === undefined ? answer : withBody(answer, (body) => set(body, pointer, change));

export const withHeaders = (answer: Answer, headers: Readonly<Record<string, string>>): Answer => ({
  ...answer,
  headers: { ...answer.headers, ...headers },
});

/** A proxy that rewrites the answers with one of these codes, of these operations; of all by default. */
export function telling(codes: readonly string[], rewrite: Rewrite, operations?: readonly string[]): Meddling {
  return {
    answer: (answer, asked) =>
      codes.includes(codeOf(answer) ?? '') && (operations?.includes(asked.operation.id) ?? true) ? rewrite(answer, asked) : answer,
  };
}

/** The code of an error answer; `undefined` for any other. */
export function codeOf({ status, text }: Answer): string | undefined {
  if (status < 400) return undefined;
  const code = jsonPointer.get(JSON.parse(text), '/error/code');
  return typeof code === 'string' ? code : undefined;
}

function set(body: unknown, pointer: string, change: (value: unknown) => unknown): unknown {
  const [member, ...rest] = jsonPointer.split(pointer);
  if (member === undefined) return change(body);
  if (Array.isArray(body))
    return body.map((item, index) => (String(index) === member ? set(item, jsonPointer.join('', ...rest), change) : item));
  const object = body as Readonly<Record<string, unknown>>;
  return { ...object, [member]: set(object[member], jsonPointer.join('', ...rest), change) };
}
