// The name of an engine for the others that share its store: it says in which process it runs, where its home knows processes.
import type { Processes } from '../../stores/store.ts';
import type { Tools } from '../tools/tools.ts';

/** Stands between the engine's own name, which has none, and that of its process. */
const AT = '@';

/** A new name, and what is known of names. @param processes those that share the home, where it can tell. */
export function holderIn(processes: Processes | undefined): Pick<Tools, 'holder' | 'isGone'> {
  const engine = crypto.randomUUID();
  if (!processes) return { holder: engine, isGone: () => false };
  return {
    holder: engine + AT + processes.own,
    isGone(holder = '') {
      const at = holder.indexOf(AT);
      return at >= 0 && processes.hasEnded(holder.slice(at + 1));
    },
  };
}
