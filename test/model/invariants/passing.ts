// Nothing hangs: who has reported is done, and no step ends in a state that only decides.
import type { Invariant } from '../invariant.ts';

export const heard: Invariant = {
  holds: 'a report is heard: whoever gave it is not waited for any longer',
  spec: ['AUTHZ-10', 'TOK-7'],
  violated({ from, stimulus: { report }, to }) {
    if (!report) return undefined;
    const child = report.child as keyof typeof to.children;
    const isLeft = to.children[child] !== undefined && to.children[child] === from.children[child];
    return isLeft ? `nobody heard that ${child} reported ${report.way}` : undefined;
  },
};

export const decided: Invariant = {
  holds: 'no step ends where something is to be decided: one of the answers always applies',
  spec: ['AUTHZ-10'],
  violated({ arrows, to }) {
    if (arrows.length === 0) return undefined;
    const undecided = to._nodes.find(({ always }) => always && always.length > 0);
    return undecided && `nothing was decided in ${undecided.path.join('.')}`;
  },
};
