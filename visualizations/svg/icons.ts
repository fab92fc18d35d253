// The icons, 12 by 12 pixels. They are drawn as paths, since no font has all of them.
import type { Icon } from '../layout/block.ts';

/** The path of each icon. */
export const icons: Readonly<Record<Icon, string>> = {
  actor: 'M10.2 6.6a4.3 4.3 0 1 1-1.2-3.4M10 1v2.6H7.4',
  entry: 'M1.5 6h6M5.2 3.2 8 6 5.2 8.8M10.6 2v8',
  entrance: 'M1.5 2v5.5h8.5M7.4 4.7l2.8 2.8-2.8 2.8',
  person: 'M6 6.2a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8M1.6 11c.3-2.2 2-3.4 4.4-3.4s4.1 1.2 4.4 3.4',
  send: 'M11 1 1 5l4 2 2 4zM5 7l3-3',
};
