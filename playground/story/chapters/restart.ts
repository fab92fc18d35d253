// Chapter 4: a new client over the store of the old one.
import { at, ofClient } from '../evidence.ts';
import { type Chapter, recorded, startClient, tell } from '../stage.ts';

export const restart: Chapter = {
  title: 'Restart',
  why: 'Apps are closed, and servers are deployed anew. Clients that keep a login in memory, or find only half of it again, open a browser each time they start.',

  async play(stage) {
    const { narrator } = stage;
    narrator.happens('the client ends');
    await stage.client.quit();
    narrator.happens('another one starts, with nothing but the folder of the first');
    stage.client = startClient(stage);
    let answer = '';
    const seen = await recorded(stage, async () => {
      answer = await tell(stage, stage.client, 'read_note');
    });
    narrator.claim(
      'Answered with one request; no authorization server was asked anything.',
      answer === 'Hello again.' && at('resource', seen).length === 1 && ofClient(seen).length === 1,
    );
    const granted = stage.client.session.explain().grant?.granted ?? [];
    narrator.claim('All scopes are still there.', granted.length === 3, granted.join(', '));
  },
};
