// Chapter 4: a new client with the store of the old one.

import { type Chapter, callTool, recorded, startClient } from '../chapter.ts';
import { at, ofClient } from '../evidence.ts';

/** A restart of the client. */
export const restart: Chapter = {
  title: 'Restart',
  why: 'Apps are closed, and servers are restarted. Clients that keep a login in memory, or store only a part of it, open a browser at each start.',

  async run(story) {
    const { narrator } = story;
    narrator.happens('the client ends');
    await story.client.quit();
    narrator.happens('a new one starts, with the folder of the first');
    story.client = startClient(story);
    let answer = '';
    const seen = await recorded(story, async () => {
      answer = await callTool(story, story.client, 'read_note');
    });
    narrator.claim(
      'The call took one request. No authorization server got a request.',
      answer === 'Hello again.' && at('resource', seen).length === 1 && ofClient(seen).length === 1,
    );
    const granted = story.client.session.explain().grant?.granted ?? [];
    narrator.claim('All scopes are still there.', granted.length === 3, granted.join(', '));
  },
};
