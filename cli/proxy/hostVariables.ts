// `${NAME}` in arguments: a host's configuration has a place for secrets in the environment, which others cannot see.
import { shown } from '../../protocol/text.ts';
import { misused } from '../failures.ts';

const variable = /\$\{([^}]+)\}/g;

/** Whether a text names a variable, or a file: then no secret stands in it. */
export function isIndirect(text: string): boolean {
  return text.startsWith('@') || text.search(variable) >= 0;
}

/**
 * Puts the values of variables into a text.
 * @param flag The flag that the text belongs to, for the message.
 * @throws AuthError `config_invalid` when a variable is not set.
 */
export function withVariables(text: string, flag: string, env: NodeJS.ProcessEnv): string {
  return text.replace(variable, (_, name: string) => {
    const value = env[name];
    if (value !== undefined) return value;
    return misused(
      `${flag} needs the environment variable ${shown(name)}, which is not set. Set it in the configuration of the host.`,
    );
  });
}
