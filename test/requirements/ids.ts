// Ids of the two registers in running text: `DISC-1, D22: …`, and ranges such as `AUTHZ-5…7` and `T22…24`.
import { type RequirementId, requirements } from '../../contract/requirements.ts';
import { type ThreatId, threats } from '../../contract/threats.ts';

/** Ids of requirements, in the order of their register. */
export const registered = Object.keys(requirements) as readonly RequirementId[];
/** Ids of threats, in the order of their register. */
export const registeredThreats = Object.keys(threats) as readonly ThreatId[];
/** Ids of both. */
export const known: ReadonlySet<string> = new Set<string>([...registered, ...registeredThreats]);

const families = [...new Set(registered.map((id) => id.slice(0, id.indexOf('-'))))].join('|');
const dots = '(?:…|\\.\\.\\.?|–)';
const requirement = new RegExp(`(?<![\\w-])(${families})-(\\d+)(?:${dots}(?:\\1-)?(\\d+))?(?![\\w-])`, 'g');
/** Any letter: one that begins no id of the register is found to be unknown elsewhere. */
const threat = new RegExp(`(?<![\\w#.-])([A-Z])(\\d\\d)(?:${dots}\\1?(\\d\\d))?(?![\\w-])`, 'g');

/** @returns each id once, requirements first; also such as no register has: only their form is known here. */
export function idsIn(text: string): readonly string[] {
  const ids = [
    ...[...text.matchAll(requirement)].flatMap(([, family, first, last]) =>
      numbers(first, last).map((number) => `${family}-${number}`),
    ),
    ...[...text.matchAll(threat)].flatMap(([, letter, first, last]) =>
      numbers(first, last).map((number) => `${letter}${String(number).padStart(2, '0')}`),
    ),
  ];
  return [...new Set(ids)];
}

function numbers(first: string | undefined, last: string | undefined): readonly number[] {
  const [from, to] = [Number(first), Number(last ?? first)].sort((one, other) => one - other) as [
    number,
    number,
  ];
  return Array.from({ length: to - from + 1 }, (_, step) => from + step);
}

/** Terms of the field that look like broken ids: a PKCE method, a block of control characters. */
const terms: ReadonlySet<string> = new Set(['S256', 'C1']);
const broken = [
  // Of a requirement: without its hyphen, with a zero in front, or with too many digits.
  new RegExp(`(?<![\\w-])(?:${families})(?:[_ ]?\\d+|-0\\d*|-\\d{3,})(?![\\w-])`, 'g'),
  // Of a threat: with one digit, or more than two.
  /(?<![\w#.-])[DWRATSCUMLP](?:\d|\d{3,})(?![\w.-])/g,
];

/** @returns what was meant as an id, and has not the form of one. */
export function malformedIn(text: string): readonly string[] {
  return broken.flatMap((pattern) => text.match(pattern) ?? []).filter((found) => !terms.has(found));
}
