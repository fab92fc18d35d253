// The chart, or one phase of it, as Mermaid text, for places that draw Mermaid.
// Arrows that stay in their state and arrows from any state are left out: they would hide the others.
import { isWithin, type Model, type ModelState } from './model.ts';
import { textOf } from './scene/captions.ts';
import { isLeading, type Leading } from './scene/scene.ts';

/** Writes the chart. @param phase Only this phase; other phases are empty boxes. Default: the whole chart. */
export function mermaidOf(model: Model, phase?: ModelState): string {
  const states = phase === undefined ? model.root.states : [phase];
  const path = phase?.path ?? '';
  const arrows = model.arrows
    .filter(isLeading)
    .filter(({ source }) => source !== '' && isWithin(source, path));
  const outside = [...new Set(arrows.map(({ target }) => target))].filter(
    (target) => !isWithin(target, path),
  );
  const initial = phase === undefined ? model.root.initial : undefined;
  return [
    'stateDiagram-v2',
    ...startOf(initial),
    ...outside.map((target) => `state "${target}" as ${idOf(target)}`),
    ...states.flatMap(stateLines),
    ...arrowLines(model, arrows),
    '',
  ].join('\n');
}

const idOf = (path: string): string => path.replaceAll('.', '_');

const startOf = (initial: string | undefined): readonly string[] =>
  initial === undefined ? [] : [`[*] --> ${idOf(initial)}`];

function stateLines({ path, name, kind, initial, states }: ModelState): readonly string[] {
  const head = `state "${name}" as ${idOf(path)}`;
  if (states.length === 0) return [head];
  const inner = states.flatMap((state, at) => [
    ...(kind === 'parallel' && at > 0 ? ['--'] : []),
    ...stateLines(state),
  ]);
  return [`${head} {`, ...[...startOf(initial), ...inner].map((line) => `  ${line}`), '}'];
}

/** One line for all arrows of the same source and target. */
function arrowLines(model: Model, arrows: readonly Leading[]): readonly string[] {
  const lines = new Map<string, string[]>();
  for (const arrow of arrows) {
    const key = `${idOf(arrow.source)} --> ${idOf(arrow.target)}`;
    lines.set(key, [...(lines.get(key) ?? []), textOf(model, arrow)]);
  }
  return [...lines].map(([key, texts]) => `${key} : ${plain(texts.join(' or '))}`);
}

/** A text without characters that have a meaning in Mermaid. */
const plain = (text: string): string => text.replace(/[;#"]/g, ',').replaceAll(':', ' –');
