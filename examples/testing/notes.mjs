// An app that reads notes from a protected resource. What its tests give it instead comes last: a world, in place of the network.
import { AuthError, createAuthEngine } from 'authchart';

/**
 * @param {string} resource where the notes are.
 * @param {Partial<import('authchart').EngineOptions>} options of the engine: a store, a user agent, or a test world.
 */
export function notesApp(resource, options) {
  const engine = createAuthEngine({ client: { name: 'Notes' }, ...options });
  const session = engine.session({ resource });
  return {
    login: () => session.login(),
    /** What a person sees: the notes, or what they can do about it. */
    async show() {
      try {
        const answer = await session.fetch(resource);
        return answer.ok ? (await answer.json()).notes.join(', ') : 'Please log in.';
      } catch (error) {
        if (error instanceof AuthError && error.recovery === 'ask-user') return 'Please log in.';
        throw error;
      }
    },
    end: () => engine.dispose(),
  };
}
