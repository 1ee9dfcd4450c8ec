/**
 * JSON as it is written rather than as it is read: members may come twice, and numbers may be such that no parser keeps them.
 */
export type Node =
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, value: Node])[] }
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  /** Written as it stands. */
  | { readonly kind: 'text'; readonly text: string };

/** The steps from the root to a part. */
export type Path = readonly (string | number)[];

/**
 * A JSON value as it is written.
 *
 * @example
 * write(toNode({ title: 'x' })); // '{"title":"x"}'
 */
export function toNode(value: unknown): Node {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(toNode) };
  if (typeof value === 'object' && value !== null)
    return {
      kind: 'object',
      members: Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, toNode(member)] as const])),
    };
  return { kind: 'text', text: JSON.stringify(value) ?? 'null' };
}

/** What is written as it stands, be it JSON or not. */
export const literal = (text: string): Node => ({ kind: 'text', text });

export function write(node: Node): string {
  switch (node.kind) {
    case 'object':
      return `{${node.members.map(([name, value]) => `${JSON.stringify(name)}:${write(value)}`).join(',')}}`;
    case 'array':
      return `[${node.items.map(write).join(',')}]`;
    default:
      return node.text;
  }
}

/** The part at a path, or `undefined` where there is none. */
export function partAt(node: Node, path: Path): Node | undefined {
  let part: Node | undefined = node;
  for (const step of path) {
    if (part?.kind === 'object') part = part.members.find(([name]) => name === step)?.[1];
    else part = part?.kind === 'array' ? part.items[Number(step)] : undefined;
  }
  return part;
}

/**
 * A node with another part at a path: replaced, removed (`undefined`), or new where an object has no such member.
 *
 * @example
 * write(withPart(toNode({ title: 'x' }), ['title'], literal('1e400'))); // '{"title":1e400}'
 */
export function withPart(node: Node, path: Path, change: (part: Node | undefined) => Node | undefined): Node {
  const [step, ...rest] = path;
  if (step === undefined) return change(node) ?? literal('');
  const inside = (part: Node | undefined): Node | undefined => (rest.length === 0 ? change(part) : part && withPart(part, rest, change));
  if (node.kind === 'array') {
    const items = node.items.flatMap((item, index) => (index === step ? (inside(item) ?? []) : [item]));
    const added = step === node.items.length ? inside(undefined) : undefined;
    return { kind: 'array', items: added === undefined ? items : [...items, added] };
  }
  if (node.kind === 'text') return node;
  if (!node.members.some(([name]) => name === step)) {
    const added = inside(undefined);
    return added === undefined ? node : { kind: 'object', members: [...node.members, [String(step), added]] };
  }
  return {
    kind: 'object',
    members: node.members.flatMap(([name, value]) => {
      const changed = name === step ? inside(value) : value;
      return changed === undefined ? [] : [[name, changed] as const];
    }),
  };
}

/** An object with one more member at its end, also where it has one of that name. */
export function withMember(node: Node, name: string, value: Node): Node {
  return node.kind === 'object' ? { kind: 'object', members: [...node.members, [name, value]] } : node;
}
