// `npm run example:xstate`: the app logs in at the playground, calls a tool, asks for one scope more. It ends by itself.
import { createActor, toPromise } from 'xstate';
import { loopbackUserAgent } from '../../adapters/node.ts';
import { createAuthEngine } from '../../index.ts';
import { startPlayground } from '../../playground/playground.ts';
import { appMachine } from './app.ts';
import { visit } from './person.ts';

const world = await startPlayground();
// The app shows the page itself, so nothing is opened here.
const userAgent = loopbackUserAgent({ open: async () => {} });
const engine = createAuthEngine({ client: { name: 'XState example' }, userAgent });
const app = createActor(appMachine(engine), { input: { resource: world.resource } });

app.on('page', ({ url }) => {
  console.log(`A person has to open the page of ${new URL(url).origin}.`);
  void visit(url);
});
app.on('missing', ({ scopes }) => {
  console.log(`The tool needs ${scopes.join(' ')}; the person allows it.`);
  app.send({ type: 'allow' });
});
app.on('trouble', ({ failure }) => {
  console.error(failure?.message);
  process.exitCode = 1;
  app.send({ type: 'quit' });
});
app.on('answer', ({ text }) => {
  console.log(`The tool answered: ${text}`);
  app.send(
    app.getSnapshot().context.answers.length === 1 ? { type: 'call', tool: 'write_note' } : { type: 'quit' },
  );
});

app.start();
app.send({ type: 'connect' });
const online = app.subscribe((snapshot) => {
  if (!snapshot.matches('online')) return;
  online.unsubscribe();
  app.send({ type: 'call', tool: 'read_note' });
});
const { answers } = await toPromise(app);
console.log(`Done, with ${answers.length} answers.`);
await engine.dispose();
await world.close();
