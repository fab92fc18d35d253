// Where Redis servers are that stand in for each other, as the command that has started them says it to the tests.
import type { RedisPlace } from '../support/redisPlace.ts';

/** @returns nothing where the variable names none. */
export function placeOf(variable: string): RedisPlace | undefined {
  const text = process.env[variable];
  return text ? (JSON.parse(text) as RedisPlace) : undefined;
}
