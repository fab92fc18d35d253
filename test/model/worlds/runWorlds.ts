// Plays random stories against the real engine over real HTTP, and judges each by what was seen.
import fc from 'fast-check';
import { type Story, stories, tellStory } from './behaviours.ts';
import type { Tape } from './recording.ts';
import { rules } from './rules/index.ts';
import { Hanging, Player, type Sabotage } from './runner.ts';
import { type Stage, startStage } from './servers.ts';

export interface WorldsOptions {
  readonly worlds: number;
  /** The same seed plays the same stories. */
  readonly seed: number;
  /** Looks for the shortest story that goes wrong in the same way. Default true. */
  readonly shorten?: boolean;
  /** Told after each world. */
  readonly onProgress?: (done: number) => void;
}

export interface WorldsReport {
  /** Played, those not counted that were played to shorten a story. */
  readonly worlds: number;
  readonly steps: number;
  readonly requests: number;
  /** The first rule that was broken, the shortest story that breaks it, and the seed. */
  readonly violation?: string;
}

/**
 * Plays so many random worlds, and ends at the first one that breaks a rule.
 * @param sabotage makes the engine worse, for those who doubt the rules.
 */
export async function runWorlds(
  { worlds, seed, shorten = true, onProgress = () => {} }: WorldsOptions,
  sabotage: Sabotage = (options) => options,
): Promise<WorldsReport> {
  const stage = await startStage();
  const played = { worlds: 0, steps: 0, requests: 0 };
  let isBroken = false;
  try {
    const property = fc.asyncProperty(stories, async (story) => {
      const violation = judge(await play(stage, story, sabotage));
      isBroken ||= violation !== undefined;
      if (!isBroken) {
        played.worlds += 1;
        played.steps += story.steps.length;
        played.requests += stage.world.exchanges.length;
        onProgress(played.worlds);
      }
      if (violation !== undefined) throw new Violation(violation);
    });
    const result = await fc.check(property, { numRuns: worlds, seed, endOnFailure: !shorten });
    if (!result.failed) return played;
    const [story] = result.counterexample ?? [];
    return { ...played, violation: report(story, result.errorInstance, seed) };
  } finally {
    await stage.world.close();
  }
}

async function play(stage: Stage, story: Story, sabotage: Sabotage): Promise<Tape> {
  try {
    return await new Player(stage, story, sabotage).play();
  } catch (thrown) {
    if (thrown instanceof Hanging) return thrown.tape;
    throw thrown;
  }
}

function judge(tape: Tape): string | undefined {
  for (const rule of rules) {
    const because = rule.judge(tape);
    if (because !== undefined) return `${rule.spec.join(', ')}: ${rule.says}.\n  But ${because}.`;
  }
  return undefined;
}

class Violation extends Error {}

function report(story: Story | undefined, thrown: unknown, seed: number): string {
  const what =
    thrown instanceof Violation
      ? thrown.message
      : `Broken: ${thrown instanceof Error ? thrown.stack : thrown}`;
  return `${what}\n${story ? tellStory(story) : ''}\n  seed ${seed}`;
}
