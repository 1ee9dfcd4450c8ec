import { Ajv2020 } from 'ajv/dist/2020.js';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import type { Finding } from '../../../contracts/index.js';

/** What a shell sees of a finding's line. */
export interface Seen {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const exec = promisify(execFile);

/** Sends a finding's line with curl; `undefined` where no answer comes. */
export async function seen({ curl }: Finding, env: Readonly<Record<string, string>> = {}): Promise<Seen | undefined> {
  const { stdout } = await exec('timeout', ['5', 'bash', '-c', curl], { env: { PATH: process.env['PATH'], ...env } }).catch(
    (error: unknown) => error as { readonly stdout: string },
  );
  // Before the answer there may be a 100.
  const [head = '', body = ''] = stdout.replace(/^HTTP\/1\.1 100 [^]*?\r\n\r\n/, '').split(/\r\n\r\n([^]*)/);
  const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
  return status === undefined ? undefined : { status: Number(status), type: /^content-type: *([^;\r]*)/im.exec(head)?.[1] ?? '', body };
}

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly schema?: object;
}

interface Operation {
  readonly operationId?: string;
  readonly responses: object;
  readonly parameters?: readonly Parameter[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object; readonly parameters?: Readonly<Record<string, Parameter>> };
}

/** What a contract says, read by nothing of failpath. */
export class Paper {
  readonly #document: Document;
  readonly #ajv: Ajv2020;

  constructor(file: string) {
    this.#document = parse(readFileSync(file, 'utf8')) as Document;
    this.#ajv = new Ajv2020({ strict: false, validateFormats: false });
    this.#ajv.addSchema(this.#document, 'contract');
  }

  statuses(operation: string): readonly number[] {
    return Object.keys(this.#find(operation)?.responses ?? {}).map(Number);
  }

  get codes(): readonly string[] {
    return Object.keys(this.#document.components.schemas).filter((name) => /^[a-z_]+\.[a-z_]+$/.test(name));
  }

  /** Whether a body is as the operation takes it; `undefined` where it takes none. */
  takes(operation: string, text: string): boolean | undefined {
    for (const [path, item] of Object.entries(this.#document.paths)) {
      for (const [method, one] of Object.entries(item)) {
        if (one.operationId !== operation || !('requestBody' in one)) continue;
        const pointer = ['paths', path, method, 'requestBody', 'content', 'application/json', 'schema'];
        const ref = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
        return this.#ajv.compile({ $ref: `contract#/${ref}` })(JSON.parse(text));
      }
    }
    return undefined;
  }

  /** Whether a parameter may have a value, which is a number where it looks like one. */
  takesParameter(operation: string, name: string, text: string): boolean {
    const parameters = (this.#find(operation)?.parameters ?? []).map((one) =>
      one.$ref === undefined ? one : this.#document.components.parameters?.[one.$ref.split('/').at(-1) ?? ''],
    );
    const schema = parameters.find((one) => one?.name === name)?.schema ?? {};
    return this.#ajv.compile({ ...schema, $id: `${operation} ${name} ${text}`.replaceAll(/[^\w]/g, '-') })(
      /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text,
    );
  }

  #find(operation: string): Operation | undefined {
    return Object.values(this.#document.paths)
      .flatMap((item) => Object.values(item))
      .find(({ operationId }) => operationId === operation);
  }
}
