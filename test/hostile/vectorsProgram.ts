// A program for any runtime: prints the answers to the vectors as JSON.
import { answers } from './vectors.ts';

console.log(JSON.stringify(await answers()));
