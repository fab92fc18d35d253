// A process that runs tests as a batch says. It writes down what it finds; whoever started it reads, and may stop it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BaseSequencer, createVitest, type TestSpecification, type Vitest } from 'vitest/node';
import { note } from './inside/notes.ts';
import { instrumenting } from './instrument.ts';
import type { Batch, Loading, LoadOrder, Order } from './orders.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Hooks wait this long for what a mutant keeps from happening, in milliseconds. */
const HOOKS = 10_000;

/** Files of tests in the order of the batch. */
class AsGiven extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files;
  }
}

function start({ switched, workers, order }: Batch): Promise<Vitest> {
  return createVitest(
    'test',
    {
      config: false,
      root,
      watch: false,
      include: ['test/**/*.test.ts'],
      globalSetup: ['test/support/programs.ts'],
      runner: fileURLToPath(new URL('inside/runner.ts', import.meta.url)),
      pool: 'forks',
      maxWorkers: workers,
      isolate: order.kind === 'load',
      testTimeout: 60_000,
      hookTimeout: HOOKS,
      expect: { poll: { timeout: HOOKS } },
      sequence: { sequencer: AsGiven },
      reporters: [{}],
      onConsoleLog: () => false,
    },
    { plugins: [instrumenting(root, switched)], logLevel: 'silent' },
  );
}

/** Runs one file of tests in a process of its own; @returns whether nothing is wrong. */
async function isGood(vitest: Vitest, file: string, order: Order): Promise<boolean> {
  vitest.state.filesMap.clear();
  vitest.provide('mutation', order);
  const specification = vitest.getRootProject().createSpecification(`${root}${file}`);
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
  return unhandledErrors.length === 0 && testModules.every((one) => one.ok());
}

/** Whether these tests of a file pass when they are run alone, without a mutant. */
const sound = new Map<string, boolean>();

async function load(vitest: Vitest, { mutant, files, tests }: Loading, order: LoadOrder): Promise<void> {
  const { notes } = order;
  note(notes, { kind: 'begin', mutant, test: '' });
  for (const file of files) {
    const these = `${file} ${tests}`;
    if (!sound.has(these)) sound.set(these, await isGood(vitest, file, { ...order, mutant: 0, tests }));
    if (!sound.get(these) || (await isGood(vitest, file, { ...order, mutant, tests }))) continue;
    note(notes, { kind: 'end', mutant, test: file, name: file, found: 'fault' });
    return;
  }
  note(notes, { kind: 'end', mutant, test: '', name: '', found: 'nothing' });
}

async function main(batch: Batch): Promise<void> {
  const vitest = await start(batch);
  const { order, files } = batch;
  if (order.kind === 'load') {
    for (const loading of batch.loadings) await load(vitest, loading, order);
  } else {
    vitest.provide('mutation', order);
    const project = vitest.getRootProject();
    await vitest.runTestSpecifications(files.map((file) => project.createSpecification(`${root}${file}`)));
  }
  await vitest.close();
}

main(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))).then(
  // Whatever a mutant left open keeps nobody waiting.
  () => process.exit(0),
  (thrown: unknown) => {
    console.error(thrown);
    process.exit(1);
  },
);
