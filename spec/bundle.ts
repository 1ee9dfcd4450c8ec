import { dirname, resolve } from 'node:path';
import type { NormalizedProblem } from '@redocly/openapi-core';
import type { OpenAPIV3_1 } from 'openapi-types';
import { InputError, type Finding } from './errors.js';
import { fromFragment, get, join, split } from './pointer.js';
import { displayName, readSource, type Source } from './source.js';
import type { Location } from './types.js';

/** A contract that was spread over files, as one document. */
export interface Bundle {
  readonly document: OpenAPIV3_1.Document;
  /** The place of a pointer of the whole in the file that it came from. */
  locate(pointer: string): Location;
}

/**
 * Puts the files of a contract together; the bundler is only loaded for a contract that has several.
 *
 * @example
 * (await bundle(readSource('openapi.yaml'))).locate('/components/schemas/Work'); // { file: 'schemas/work.yaml', ... }
 *
 * @throws {InputError} `broken-ref`, and `contract-syntax` for a part that cannot be parsed
 */
export async function bundle(root: Source): Promise<Bundle> {
  const { bundle: bundleFiles, createConfig } = await import('@redocly/openapi-core');
  const config = await createConfig({});
  const { bundle: whole, problems } = await bundleFiles({ ref: root.path, config }).catch((error: unknown) => {
    throw isCircle(error) ? new InputError([circle(root)]) : error;
  });
  const sources = new Sources(root);
  const findings = findingsOf(problems, sources);
  if (findings.length > 0) throw new InputError(findings);

  const document = whole.parsed as OpenAPIV3_1.Document;
  let origins: ReadonlyMap<string, Place> | undefined;
  return { document, locate: (pointer) => locate((origins ??= originsOf(document, root, sources)), pointer) };
}

/** The bundler throws where references over several files lead to nothing but each other. */
function isCircle(error: unknown): boolean {
  return error instanceof Error && error.message.includes('circular');
}

function circle(root: Source): Finding {
  return {
    problem: 'broken-ref',
    what: 'references to other files lead to each other in a circle',
    why: 'Nowhere on the way is there anything that they mean.',
    remedy: 'Let one of them hold what the others refer to.',
    location: root.locate(''),
  };
}

/** References that only lead to each other must end somewhere. */
const MAX_HOPS = 32;

interface Place {
  readonly source: Source;
  readonly pointer: string;
}

/** Every file is read once. */
class Sources {
  readonly #byPath = new Map<string, Source>();

  constructor(root: Source) {
    this.#byPath.set(root.path, root);
  }

  read(path: string): Source {
    let source = this.#byPath.get(path);
    if (source === undefined) this.#byPath.set(path, (source = readSource(path)));
    return source;
  }

  /** What a reference means; `undefined` for a file that cannot be read, such as one behind a URL. */
  follow(from: Source, ref: string): Place | undefined {
    const [file = '', fragment = ''] = ref.split('#', 2);
    const pointer = fromFragment(`#${fragment}`);
    if (pointer === undefined) return undefined;
    try {
      return { source: file === '' ? from : this.read(resolve(dirname(from.path), decodeURIComponent(file))), pointer };
    } catch {
      return undefined;
    }
  }
}

/** A file that cannot be parsed comes first: its broken references are only a consequence. */
function findingsOf(problems: readonly NormalizedProblem[], sources: Sources): Finding[] {
  const places = problems.flatMap(({ message, location: [place] }) => (place === undefined ? [] : [{ message, place }]));
  const unparsed = places.filter(({ place }) => typeof place.pointer !== 'string');
  if (unparsed.length > 0) return unparsed.flatMap(({ message, place }) => syntaxFindings(message, place.source.absoluteRef, sources));
  return places.map(({ message, place }) => {
    const source = sources.read(place.source.absoluteRef);
    const pointer = join((place.pointer ?? '').replace(/^#/, ''), '$ref');
    return {
      problem: 'broken-ref',
      what: `${String(get(source.value, pointer))} ${message.includes('ENOENT') ? 'names a file that does not exist' : 'points at nothing'}`,
      why: 'What it was to describe would not be checked at all.',
      remedy: 'Correct the reference, or add what it names.',
      location: source.locate(pointer),
    };
  });
}

function syntaxFindings(message: string, path: string, sources: Sources): readonly Finding[] {
  try {
    sources.read(path);
  } catch (error) {
    if (error instanceof InputError) return error.findings;
    throw error;
  }
  const [why, remedy] = ['A file that cannot be parsed declares nothing.', 'Correct the syntax of the file.'];
  return [{ problem: 'contract-syntax', what: message, why, remedy, location: { file: displayName(path), line: 1, column: 1 } }];
}

function locate(origins: ReadonlyMap<string, Place>, pointer: string): Location {
  const members = split(pointer);
  for (let length = members.length; ; length--) {
    const origin = origins.get(join('', ...members.slice(0, length)));
    if (origin !== undefined) return origin.source.locate(join(origin.pointer, ...members.slice(length)));
  }
}

/** Walks the files and their bundle side by side: where a reference was moved or resolved, another file begins. */
function originsOf(bundled: unknown, root: Source, sources: Sources): ReadonlyMap<string, Place> {
  const origins = new Map<string, Place>([['', { source: root, pointer: '' }]]);
  const visit = ({ source, pointer }: Place, node: unknown, at: string, hops = 0): void => {
    if (typeof node !== 'object' || node === null) return;
    const here = get(bundled, at);
    if (here === undefined) return;
    const ref = (node as { $ref?: unknown }).$ref;
    if (typeof ref !== 'string') {
      for (const [name, member] of Object.entries(node)) visit({ source, pointer: join(pointer, name) }, member, join(at, name));
      return;
    }
    const movedTo = (here as { $ref?: unknown }).$ref;
    const to = typeof movedTo === 'string' ? fromFragment(movedTo) : at;
    const target = sources.follow(source, ref);
    if (to === undefined || hops > MAX_HOPS || (to !== at && origins.has(to))) return;
    if (target?.source === root && target.pointer === to) return;
    origins.set(to, target ?? { source, pointer });
    if (target !== undefined) visit(target, get(target.source.value, target.pointer), to, hops + 1);
  };
  visit({ source: root, pointer: '' }, root.value, '');
  return origins;
}
