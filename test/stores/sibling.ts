// Another process with the same folder, for tests: `sibling.ts <what> <folder> [argument]`.
import { writeSync } from 'node:fs';
import { fileStore } from '../../stores/file.ts';

const [what, folder = '', argument = ''] = process.argv.slice(2);
const store = fileStore({ folder });

async function increment(): Promise<void> {
  for (;;) {
    const found = await store.get('count');
    const next = String(Number(found?.text ?? 0) + 1);
    if ((await store.put('count', next, found?.version)) !== undefined) return;
  }
}

/** Writes records of one repeated letter without end, and says so after each. */
async function writeForever(): Promise<never> {
  for (let round = 0; ; round += 1) {
    const found = await store.get('a');
    await store.put('a', 'abcd'.charAt(round % 4).repeat(200_000), found?.version);
    writeSync(1, '.');
  }
}

if (what === 'increment') {
  // Both racers are up before either starts.
  writeSync(1, '.');
  process.stdin.once('data', async () => {
    for (let done = 0; done < Number(argument); done += 1) await increment();
    process.exit();
  });
} else if (what === 'write') {
  await writeForever();
} else if (what === 'watch') {
  // Watches, and has nothing else to do.
  store.watch?.('a', () => {});
} else {
  // The default action of this signal ends the process before it can see the error.
  process.on('SIGXFSZ', () => undefined);
  const found = await store.get('a');
  const outcome = await store.put('a', argument.repeat(200_000), found?.version).then(
    (version) => (version === undefined ? 'conflict' : 'written'),
    (error) => JSON.stringify(error),
  );
  writeSync(1, outcome);
}
