// The counts of a test run, passed and failed, from Vitest's JSON report; on standard error, what failed and why.
import { readFileSync } from 'node:fs';

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numFailedTestSuites: 1, testResults: [] };
  }
}

const { numPassedTests, numFailedTests, numFailedTestSuites, testResults } = read(process.argv[2]);
for (const { name, status, message, assertionResults } of testResults) {
  const failed = assertionResults.filter((one) => one.status === 'failed');
  for (const { fullName, failureMessages } of failed) {
    console.error(`FAILED: ${name.replace(`${process.cwd()}/`, '')}: ${fullName}`);
    console.error(failureMessages.join('\n').split('\n').slice(0, 12).join('\n'));
  }
  if (status === 'failed' && failed.length === 0) console.error(`FAILED: ${name}: ${message}`);
}
console.log(numPassedTests, numFailedTests || (numFailedTestSuites > 0 ? 1 : 0));
