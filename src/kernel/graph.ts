// Directed graphs: a stable topological order, and the circles that prevent one.

export interface Ordered<Node> {
  /** Every node after the nodes it points at; ties keep the given order. */
  readonly order: readonly Node[];
  /** Groups of nodes that reach each other (Tarjan 1972); a node that points at itself is a group of one. */
  readonly circles: readonly (readonly Node[])[];
}

/** Orders nodes so that targets come first. `targets` may name nodes outside the list: they are ignored. */
export const order = <Node>(nodes: readonly Node[], targets: (node: Node) => Iterable<Node>): Ordered<Node> => {
  const known = new Set(nodes);
  const index = new Map<Node, number>();
  const low = new Map<Node, number>();
  const open: Node[] = [];
  const onStack = new Set<Node>();
  const groups: Node[][] = [];
  const edges = new Map(nodes.map((node) => [node, [...targets(node)].filter((target) => known.has(target))]));

  const enter = (node: Node): void => {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    open.push(node);
    onStack.add(node);
  };
  const lower = (node: Node, value: number): void => {
    low.set(node, Math.min(low.get(node) ?? value, value));
  };
  const leave = (node: Node): void => {
    if (low.get(node) !== index.get(node)) return;
    const group = open.splice(open.lastIndexOf(node));
    for (const member of group) onStack.delete(member);
    groups.push(group);
  };
  // An explicit stack: schemas and modules nest deeper than the call stack allows.
  for (const root of nodes) {
    if (index.has(root)) continue;
    const frames: { node: Node; next: number }[] = [{ node: root, next: 0 }];
    enter(root);
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const target = edges.get(frame.node)?.[frame.next++];
      if (target === undefined) {
        frames.pop();
        const parent = frames.at(-1);
        if (parent !== undefined) lower(parent.node, low.get(frame.node) ?? 0);
        leave(frame.node);
      } else if (!index.has(target)) {
        enter(target);
        frames.push({ node: target, next: 0 });
      } else if (onStack.has(target)) {
        lower(frame.node, index.get(target) ?? 0);
      }
    }
  }
  const circles = groups.filter(
    (group) => group.length > 1 || group.some((node) => edges.get(node)?.includes(node) === true),
  );
  return { order: groups.flat(), circles };
};
