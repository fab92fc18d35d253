// The command `npm run draw`: draws the chart into visualizations/generated. With `--check` it writes nothing, and exits
// with 1 when a drawing is not up to date.
import { drawnFiles } from './drawings.ts';
import { staleFiles, writeFiles } from './generated.ts';

const began = performance.now();
const files = await drawnFiles();
const stale = await staleFiles(files);
const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;

if (process.argv.includes('--check')) {
  for (const name of stale) console.log(`not up to date: visualizations/generated/${name}`);
  console.log(
    `${files.length} drawings, ${stale.length} not up to date, ${took}${stale.length > 0 ? '. Run npm run draw.' : ''}`,
  );
  if (stale.length > 0) process.exitCode = 1;
} else {
  await writeFiles(files);
  for (const { name, text } of files) {
    const size = `${Math.ceil(text.length / 1024)} kB`.padStart(6);
    console.log(`${size}  visualizations/generated/${name}${stale.includes(name) ? ' (new)' : ''}`);
  }
  console.log(`${files.length} drawings of the chart, ${stale.length} of them new, in ${took}`);
}
