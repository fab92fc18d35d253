// Chapter 1: from a URL to an answer.
import { at, authorizationRequests, grants } from '../evidence.ts';
import { type Chapter, recorded, tell } from '../stage.ts';

export const coldLogin: Chapter = {
  title: 'Cold login',
  why: 'The client knows the URL of a resource and nothing else: who is responsible for logins there, how to become known to them, what to ask for. Clients tend to bury this in one long function with many exits; here every step is a state, and every way out is drawn.',

  async play(stage) {
    const { world, narrator } = stage;
    let answer = '';
    const seen = await recorded(stage, async () => {
      answer = await tell(stage, stage.client, 'read_note');
    });
    const [request] = authorizationRequests(seen);
    narrator.claim('The tool answered.', answer === 'The first note.');
    narrator.claim(
      'One registration and one login at server A; server B never heard of it.',
      world.a.registrations === 1 &&
        grants('authorization_code', at('a', seen)).length === 1 &&
        at('b', seen).length === 0,
    );
    narrator.claim(
      'The login was for this resource only, and its code was of use to nobody else.',
      request?.get('resource') === world.resource && request.get('code_challenge_method') === 'S256',
      'resource indicator; PKCE with S256',
    );
  },
};
