// What stays possible, and what cannot go on for ever: questions about the graph as a whole.
import type { Prospect } from '../invariant.ts';
import type { Graph, Place, Way } from '../walk.ts';

export const somethingHappens: Prospect = {
  holds: 'in every state something can happen that leads on',
  spec: ['AUTHZ-11', 'TOK-7'],
  violated: ({ places }) => {
    const stuck = [...places.values()].find(({ name, ways }) => ways.every(({ to }) => to === name));
    return stuck && tell(stuck, 'nothing leads on');
  },
};

export const endsWell: Prospect = {
  holds: 'from every state a grant, or a failure that says what helps, can still be reached',
  spec: ['TOK-7', 'AUTHZ-11'],
  violated: (graph) => {
    const good = backwards(graph, ({ snapshot }) => snapshot.hasTag('canSend'));
    const told = backwards(graph, ({ snapshot }) => snapshot.context.failure !== null);
    const lost = [...graph.places.values()].find(({ name }) => !good.has(name) && !told.has(name));
    return lost && tell(lost, 'neither a grant nor a typed failure can be reached any more');
  },
};

export const comesToRest: Prospect = {
  holds: 'a shutdown is at rest at once, and after a cancel the work at hand comes to rest by itself',
  spec: ['AUTHZ-3', 'AUTHZ-11'],
  violated: (graph) => {
    const isRest = ({ snapshot }: Place): boolean => !snapshot.hasTag('busy');
    const resting = backwards(graph, isRest, ({ stimulus }) => isReport(stimulus));
    for (const place of graph.places.values()) {
      const [down, cancelled] = ['the host shuts down', 'a person cancels'].map((what) =>
        after(graph, place, what),
      );
      if (down && !isRest(down)) return tell(place, 'a shutdown does not end the work');
      if (cancelled && !resting.has(cancelled.name)) return tell(place, 'a cancel never comes to rest');
    }
    return undefined;
  },
};

export const noEndlessLogins: Prospect = {
  holds:
    'nobody is led to a login again and again unless they ask, or the resource accepts a grant in between',
  spec: ['STEP-4', 'TOK-9', 'AUTHZ-11'],
  violated: (graph) => {
    const circles = circlesOf(graph, ({ stimulus }) => !forgiving.some((what) => stimulus.startsWith(what)));
    for (const place of graph.places.values()) {
      for (const way of place.ways) {
        const to = graph.places.get(way.to);
        const isCircle = to && circles.get(place.name) === circles.get(to.name) && !forgives(way);
        if (isCircle && leads(to) && !leads(place))
          return tell(place, `"${way.stimulus}" can lead to one login after the other`);
      }
    }
    return undefined;
  },
};

/** What a person or the resource says, or the end of a process: after it, everything may be tried anew. */
const forgiving = ['a person logs', 'a person tries', 'the resource accepts', 'the host shuts down'];
const forgives = ({ stimulus }: Way): boolean => forgiving.some((what) => stimulus.startsWith(what));
const leads = ({ snapshot }: Place): boolean =>
  'presentAuthorization' in snapshot.children || 'presentDeviceCode' in snapshot.children;

const isReport = (stimulus: string): boolean => / (reports|fails:) /.test(stimulus);

const after = ({ places }: Graph, place: Place, stimulus: string): Place | undefined => {
  const way = place.ways.find((one) => one.stimulus === stimulus);
  return way && places.get(way.to);
};

const tell = ({ story }: Place, what: string): string => [what, ...story()].join('\n  ');

/** Names of all places from which such a place can be reached, by such ways. */
function backwards(
  { places }: Graph,
  isEnd: (place: Place) => boolean,
  isOpen: (way: Way) => boolean = () => true,
): ReadonlySet<string> {
  const before = new Map<string, string[]>();
  for (const { name, ways } of places.values()) {
    for (const way of ways) {
      if (!isOpen(way)) continue;
      const known = before.get(way.to);
      if (known) known.push(name);
      else before.set(way.to, [name]);
    }
  }
  const found = new Set([...places.values()].filter(isEnd).map(({ name }) => name));
  for (const name of found) for (const one of before.get(name) ?? []) found.add(one);
  return found;
}

/** Which circle each place is in, of those that such ways make: two places with one number lie on one. (Tarjan) */
function circlesOf({ places }: Graph, isOpen: (way: Way) => boolean): ReadonlyMap<string, number> {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const circles = new Map<string, number>();
  const stack: string[] = [];
  const visit = (root: string): void => {
    const work = [{ name: root, next: 0 }];
    for (let here = work.at(-1); here; here = work.at(-1)) {
      const { name } = here;
      if (here.next === 0) {
        order.set(name, order.size);
        low.set(name, order.get(name) ?? 0);
        stack.push(name);
      }
      const way = places.get(name)?.ways[here.next];
      here.next += 1;
      if (way && isOpen(way)) {
        if (!order.has(way.to)) work.push({ name: way.to, next: 0 });
        else if (!circles.has(way.to)) lower(name, order.get(way.to) ?? 0);
      }
      if (way) continue;
      work.pop();
      const parent = work.at(-1);
      if (parent) lower(parent.name, low.get(name) ?? 0);
      if (low.get(name) === order.get(name)) close(name);
    }
  };
  const lower = (name: string, to: number): void => {
    low.set(name, Math.min(low.get(name) ?? to, to));
  };
  const close = (name: string): void => {
    for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
      circles.set(one, order.get(name) ?? 0);
      if (one === name) return;
    }
  };
  for (const name of places.keys()) if (!order.has(name)) visit(name);
  return circles;
}
