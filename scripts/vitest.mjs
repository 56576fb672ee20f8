// Runs vitest, names the tests that passed only when tried again, and ends with the line that a machine reads: «N passed, N failed, N skipped».
import { startVitest } from 'vitest/node';

const [mode, ...rest] = process.argv.slice(2);
const configAt = rest.indexOf('--config');
const config = configAt === -1 ? undefined : rest.splice(configAt, 2)[1];
const filters = rest.filter((argument) => !argument.startsWith('-'));
const vitest = await startVitest('test', filters, {
  run: mode === 'run',
  watch: mode !== 'run',
  ...(config && { config }),
});

const counts = { passed: 0, failed: 0, skipped: 0 };
let broken = 0;
for (const module of vitest.state.getTestModules()) {
  if (module.errors().length > 0) broken += 1;
  for (const test of module.children.allTests()) {
    counts[test.result().state] += 1;
    if (test.diagnostic()?.flaky) {
      console.log(`passed only when tried again: ${module.relativeModuleId} > ${test.fullName}`);
      for (const { stack, message } of test.result().errors ?? []) console.log(stack ?? message);
    }
  }
}
const failed = counts.failed + broken + vitest.state.getUnhandledErrors().length;
await vitest.close();
console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exit(failed > 0 || counts.passed === 0 ? 1 : 0);
