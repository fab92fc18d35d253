// Ids of the register in running text: `DISC-1, REG-1: …`, and ranges such as `AUTHZ-5…7`.
import { type RequirementId, requirements } from '../../contract/requirements.ts';

export const registered = Object.keys(requirements) as readonly RequirementId[];

const families = [...new Set(registered.map((id) => id.slice(0, id.indexOf('-'))))];
const reference = new RegExp(
  `(?<![\\w-])(${families.join('|')})-(\\d+)(?:(?:…|\\.\\.\\.?|–)(?:\\1-)?(\\d+))?(?![\\w-])`,
  'g',
);

/** @returns each id once, in order; also such as no row has: only the families are known here. */
export function idsIn(text: string): readonly string[] {
  const ids = [...text.matchAll(reference)].flatMap(([, family, first, last]) => {
    const [from, to] = [Number(first), Number(last ?? first)].sort((one, other) => one - other) as [
      number,
      number,
    ];
    return Array.from({ length: to - from + 1 }, (_, step) => `${family}-${from + step}`);
  });
  return [...new Set(ids)];
}
