// The chart as data inside the page, from when the page was made.

/** A state of the chart. */
export interface LiveState {
  readonly description: string;
  readonly tags: readonly string[];
  readonly spec: readonly string[];
}

/** A transition of the chart. */
export interface LiveArrow {
  readonly source: string;
  readonly target: string | undefined;
  readonly guard: string | undefined;
  readonly description: string;
  readonly spec: readonly string[];
}

interface LiveRequirement {
  readonly level: string;
  /** The text of the requirement, in Markdown. */
  readonly title: string;
  readonly link: string;
}

/** The chart, and the requirements that it serves. */
export interface LiveChart {
  /** By path, in the order of the chart. */
  readonly states: Readonly<Record<string, LiveState>>;
  /** By id. */
  readonly arrows: Readonly<Record<string, LiveArrow>>;
  readonly requirements: Readonly<Record<string, LiveRequirement>>;
}

/** The states and arrows that serve a requirement. */
export interface Serving {
  readonly states: readonly string[];
  readonly arrows: readonly string[];
}

/** Finds the states and arrows that serve a requirement. */
export function servingOf({ states, arrows }: LiveChart, requirement: string): Serving {
  const serving = (
    things: Readonly<Record<string, { readonly spec: readonly string[] }>>,
  ): readonly string[] =>
    Object.entries(things).flatMap(([name, { spec }]) => (spec.includes(requirement) ? [name] : []));
  return { states: serving(states), arrows: serving(arrows) };
}
