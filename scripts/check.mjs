// `npm run check`: everything quick, in the order in which it is cheapest to fail.
import { spawnSync } from 'node:child_process';

for (const step of ['lint', 'types', 'docs:check', 'test']) {
  console.log(`\n── ${step} ──`);
  const { status } = spawnSync('npm', ['run', '--silent', step], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`check: "npm run ${step}" failed`);
    process.exit(status ?? 1);
  }
}
console.log('\ncheck: types, lint, format, docs and tests are green');
