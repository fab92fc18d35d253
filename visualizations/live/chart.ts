// What the page knows of the chart by heart: in it as data, from when it was made.

/** What the page knows of a state. */
export interface LiveState {
  readonly description: string;
  readonly tags: readonly string[];
  readonly spec: readonly string[];
}

/** What the page knows of an arrow. */
export interface LiveArrow {
  readonly source: string;
  readonly target: string | undefined;
  readonly guard: string | undefined;
  readonly description: string;
  readonly spec: readonly string[];
}

interface LiveRequirement {
  readonly level: string;
  /** In Markdown. */
  readonly title: string;
  readonly link: string;
}

/** What the page knows of the chart: put into it when the page is made. */
export interface LiveChart {
  /** By path, in the order of the chart. */
  readonly states: Readonly<Record<string, LiveState>>;
  /** By id. */
  readonly arrows: Readonly<Record<string, LiveArrow>>;
  readonly requirements: Readonly<Record<string, LiveRequirement>>;
}

/** What serves a requirement. */
export interface Serving {
  readonly states: readonly string[];
  readonly arrows: readonly string[];
}

/** The states and arrows that serve a requirement. */
export function servingOf({ states, arrows }: LiveChart, requirement: string): Serving {
  const serving = (
    things: Readonly<Record<string, { readonly spec: readonly string[] }>>,
  ): readonly string[] =>
    Object.entries(things).flatMap(([name, { spec }]) => (spec.includes(requirement) ? [name] : []));
  return { states: serving(states), arrows: serving(arrows) };
}
