// `npm run audit`: fails where a package in use has a known flaw of high severity. A registry that answers no audits (a
// mirror, mostly) is said so, loudly: nothing was checked then, and nothing may look as if it had been.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What npm's JSON means: the exit code, and what to print. */
export function verdict(stdout) {
  let answer;
  try {
    answer = JSON.parse(stdout);
  } catch {
    return { code: 0, text: 'NOT AUDITED: npm gave no answer that can be read.' };
  }
  const counts = answer.metadata?.vulnerabilities;
  if (counts === undefined) {
    const why = answer.message ?? answer.error?.summary ?? 'no reason given';
    return {
      code: 0,
      text: `NOT AUDITED: the registry does not answer audits (${why.replace(/https?:\S+/, 'its address')}).`,
    };
  }
  const severe = counts.high + counts.critical;
  const others = counts.low + counts.moderate + (counts.info ?? 0);
  const text = `audited: ${severe} of high or critical severity, ${others} of a lower one`;
  const names = Object.values(answer.vulnerabilities ?? {})
    .filter(({ severity }) => severity === 'high' || severity === 'critical')
    .map(({ name, severity, range }) => `  ${severity}: ${name} ${range}`);
  return { code: severe > 0 ? 1 : 0, text: [text, ...names].join('\n') };
}

function audit() {
  const { stdout, stderr } = spawnSync('npm', ['audit', '--json', '--omit=dev'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const { code, text } = verdict(stdout);
  console.log(stdout === '' ? `${text}\n${stderr.trim()}` : text);
  process.exitCode = code;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) audit();
