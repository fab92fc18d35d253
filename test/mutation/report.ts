// What all verdicts mean together: figures by room, what is missing, and the one line at the end.
import { type Inventory, type Room, roomNames, rooms, type Source } from './inventory.ts';
import { rules } from './leftOut.ts';
import type { Mutant } from './mutants.ts';
import type { Verdict, Verdicts } from './trial/verdict.ts';

/** A mutant that no test finds, and that nobody has argued away. */
interface Survivor extends Pick<Mutant, 'id' | 'operator' | 'line'> {
  readonly verdict: Verdict;
}

interface Figures {
  /** Mutants that were tried, without those that a rule leaves out. */
  readonly mutants: number;
  readonly killed: number;
  /** Those of `killed` with which a test does not come to an end. */
  readonly endless: number;
  readonly argued: number;
  /** By the name of the rule. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** Killed or argued, in percent. */
  readonly percent: number;
  readonly least: number;
  readonly isShort: boolean;
}

export interface Report {
  readonly rooms: Readonly<Partial<Record<Room, Figures>>>;
  readonly survivors: readonly Survivor[];
  /** Ids that are argued, and that no mutant has. */
  readonly unknownArguments: readonly string[];
  /** Ids that are argued, and that a test finds. */
  readonly needlessArguments: readonly string[];
  readonly isShort: boolean;
  readonly line: string;
}

interface Judged {
  readonly mutant: Mutant;
  readonly room: Room;
  readonly verdict: Verdict;
}

/**
 * @param isSample whether the verdicts are those of a sample, which may be short by chance.
 * @param argued why mutants are no fault, by id.
 */
export function report(
  inventory: Inventory,
  verdicts: Verdicts,
  isSample: boolean,
  argued: Readonly<Record<string, string>>,
): Report {
  const isArgued = ({ id }: Mutant): boolean => Object.hasOwn(argued, id);
  const judged = inventory.sources.flatMap((source) => judgedOf(source, verdicts));
  const ids = new Set(inventory.sources.flatMap(({ mutants }) => mutants.map(({ id }) => id)));
  const unknownArguments = Object.keys(argued).filter((id) => !ids.has(id));
  const figures = figuresByRoom(judged, inventory, isSample, isArgued);
  const lines = Object.entries(figures).map(([room, one]) => lineOf(room, one));
  return {
    rooms: figures,
    survivors: judged
      .filter(({ mutant, verdict }) => !isKilled(verdict) && !isArgued(mutant))
      .map(({ mutant: { id, operator, line }, verdict }) => ({ id, operator, line, verdict })),
    unknownArguments,
    needlessArguments: judged
      .filter(({ mutant, verdict }) => isKilled(verdict) && isArgued(mutant))
      .map(({ mutant }) => mutant.id),
    isShort: unknownArguments.length > 0 || Object.values(figures).some((one) => one.isShort),
    line: `mutation: ${lines.join(', ')}`,
  };
}

function judgedOf({ room, first, mutants }: Source, verdicts: Verdicts): readonly Judged[] {
  return mutants.flatMap((mutant, index) => {
    const verdict = verdicts.get(first + index);
    return verdict ? { mutant, room, verdict } : [];
  });
}

const isKilled = ({ how }: Verdict): boolean => how === 'killed' || how === 'endless';

function figuresByRoom(
  judged: readonly Judged[],
  inventory: Inventory,
  isSample: boolean,
  isArgued: (mutant: Mutant) => boolean,
): Report['rooms'] {
  const figures: Partial<Record<Room, Figures>> = {};
  for (const room of roomNames) {
    const { least } = rooms[room];
    const mine = judged.filter((one) => one.room === room);
    if (mine.length === 0) continue;
    const killed = mine.filter(({ verdict }) => isKilled(verdict)).length;
    const spoken = mine.filter(({ mutant, verdict }) => !isKilled(verdict) && isArgued(mutant)).length;
    const survived = mine.length - killed - spoken;
    const percent = Math.floor(((killed + spoken) / mine.length) * 1000) / 10;
    figures[room] = {
      mutants: mine.length,
      killed,
      endless: mine.filter(({ verdict }) => verdict.how === 'endless').length,
      argued: spoken,
      leftOut: leftOutOf(inventory.sources.filter((one) => one.room === room)),
      percent,
      least,
      isShort: isSample ? chanceOf(survived, mine.length, 1 - least / 100) < 0.01 : percent < least,
    };
  }
  return figures;
}

function leftOutOf(sources: readonly Source[]): Readonly<Record<string, number>> {
  const names = sources.flatMap(({ mutants }) => mutants.flatMap(({ leftOut }) => leftOut ?? []));
  return Object.fromEntries(
    Object.keys(rules).map((rule) => [rule, names.filter((name) => name === rule).length]),
  );
}

/** How likely so many of a sample, or more, are survivors, where so many of all are: a binomial tail. */
export function chanceOf(survivors: number, sample: number, share: number): number {
  let exactly = (1 - share) ** sample;
  let fewer = 0;
  for (let count = 0; count < survivors; count += 1) {
    fewer += exactly;
    exactly *= ((sample - count) / (count + 1)) * (share / (1 - share));
  }
  return 1 - fewer;
}

function lineOf(room: string, { percent, mutants, argued: spoken, isShort, least }: Figures): string {
  const argument = spoken === 0 ? '' : ` (${spoken} argued)`;
  const short = isShort ? `, short of ${least} %` : '';
  return `${room} ${percent} % of ${mutants}${argument}${short}`;
}
