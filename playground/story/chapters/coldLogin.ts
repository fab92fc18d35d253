// Chapter 1: from a URL to an answer.

import { type Chapter, callTool, recorded } from '../chapter.ts';
import { at, authorizationRequests, grants } from '../evidence.ts';

/** The first call of a new client. */
export const coldLogin: Chapter = {
  title: 'Cold login',
  why: 'The client knows the URL of a resource, and nothing else. It has to find out which authorization server to use, how to register there, and which scopes to ask for. Many clients do this in one long function with many exits. Here each step is a state, and each exit is an arrow in the chart.',

  async run(story) {
    const { world, narrator } = story;
    let answer = '';
    const seen = await recorded(story, async () => {
      answer = await callTool(story, story.client, 'read_note');
    });
    const [request] = authorizationRequests(seen);
    narrator.claim('The tool answered.', answer === 'The first note.');
    narrator.claim(
      'There was one registration and one login at server A. Server B got no request.',
      world.a.registrations === 1 &&
        grants('authorization_code', at('a', seen)).length === 1 &&
        at('b', seen).length === 0,
    );
    narrator.claim(
      'The login was for this resource only, and no other client could have used its code.',
      request?.get('resource') === world.resource && request.get('code_challenge_method') === 'S256',
      'resource indicator; PKCE with S256',
    );
  },
};
