// Plays random scenarios against the real engine over real HTTP, and judges each by what was seen.
import fc from 'fast-check';
import { type Scenario, scenarios } from './behaviours.ts';
import type { EngineFault } from './process.ts';
import type { Recording } from './recording.ts';
import { rules } from './rules/index.ts';
import { Hanging, ScenarioRunner } from './runner.ts';
import { describeScenario } from './sentences.ts';
import { type Servers, startServers } from './servers.ts';

export interface WorldsOptions {
  readonly worlds: number;
  /** The same seed plays the same scenarios. */
  readonly seed: number;
  /** Looks for the shortest scenario that goes wrong in the same way. Default true. */
  readonly shorten?: boolean;
  /** Told after each world. */
  readonly onProgress?: (done: number) => void;
}

export interface WorldsReport {
  /** Played, those not counted that were played to shorten a scenario. */
  readonly worlds: number;
  readonly steps: number;
  readonly requests: number;
  /** The first rule that was broken, the shortest scenario that breaks it, and the seed. */
  readonly violation?: string;
}

/**
 * Plays so many random worlds, and ends at the first one that breaks a rule.
 * @param fault makes the engine worse, for those who doubt the rules.
 */
export async function runWorlds(
  { worlds, seed, shorten = true, onProgress = () => {} }: WorldsOptions,
  fault: EngineFault = (options) => options,
): Promise<WorldsReport> {
  const servers = await startServers();
  const played = { worlds: 0, steps: 0, requests: 0 };
  let isBroken = false;
  try {
    const property = fc.asyncProperty(scenarios, async (scenario) => {
      const violation = await verdictOn(servers, scenario, fault);
      isBroken ||= violation !== undefined;
      if (!isBroken) {
        played.worlds += 1;
        played.steps += scenario.steps.length;
        played.requests += servers.world.exchanges.length;
        onProgress(played.worlds);
      }
      if (violation !== undefined) throw new Violation(violation);
    });
    const result = await fc.check(property, { numRuns: worlds, seed, endOnFailure: !shorten });
    if (!result.failed) return played;
    const [scenario] = result.counterexample ?? [];
    return { ...played, violation: report(scenario, result.errorInstance, seed) };
  } finally {
    await servers.world.close();
  }
}

/** Plays one story. @returns the first rule that it breaks, and how. */
export async function playStory(scenario: Scenario): Promise<string | undefined> {
  const servers = await startServers();
  try {
    return judge(await play(servers, scenario, (options) => options));
  } finally {
    await servers.world.close();
  }
}

/** How often a story that breaks a rule is played once more: what holds then was the fault of a busy machine. */
const REPLAYS = 2;

/**
 * Stories are played over real HTTP, and by turns of the event loop: on a machine that is busy, one of them may be told
 * in the wrong order.
 */
async function verdictOn(
  servers: Servers,
  scenario: Scenario,
  fault: EngineFault,
): Promise<string | undefined> {
  let violation = judge(await play(servers, scenario, fault));
  for (let replay = 0; replay < REPLAYS && violation !== undefined; replay += 1)
    violation = judge(await play(servers, scenario, fault));
  return violation;
}

async function play(servers: Servers, scenario: Scenario, fault: EngineFault): Promise<Recording> {
  try {
    return await new ScenarioRunner(servers, scenario, fault).play();
  } catch (thrown) {
    if (thrown instanceof Hanging) return thrown.recording;
    throw thrown;
  }
}

function judge(recording: Recording): string | undefined {
  for (const rule of rules) {
    const because = rule.judge(recording);
    if (because !== undefined) return `${rule.spec.join(', ')}: ${rule.says}.\n  But ${because}.`;
  }
  return undefined;
}

class Violation extends Error {}

function report(scenario: Scenario | undefined, thrown: unknown, seed: number): string {
  const what =
    thrown instanceof Violation
      ? thrown.message
      : `Broken: ${thrown instanceof Error ? thrown.stack : thrown}`;
  return `${what}\n${scenario ? describeScenario(scenario) : ''}\n  seed ${seed}`;
}
