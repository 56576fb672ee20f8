import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** How to come by a missing command, on Debian. `test/real/peers/install.sh` does all of it. */
const packages: Record<string, string> = {
  mvn: 'maven',
  unzip: 'unzip',
  openssl: 'openssl',
  make: 'make',
  nginx: 'nginx-light',
  go: 'golang-go (1.21 or newer; it fetches the version that Filebeat asks for)',
  'JDK 17': 'openjdk-17-jdk-headless',
  'JDK 21 or newer': 'openjdk-25-jdk-headless or openjdk-21-jdk-headless (Debian 13 and newer)',
};

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  input?: string;
}

/** Runs a command to its end and returns what it wrote; rejects with its error output where it fails. */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env, input } = options;
  const done = execute(command, args, {
    ...(cwd && { cwd }),
    env: { ...process.env, ...env },
    maxBuffer: 64 * 2 ** 20,
  });
  if (input !== undefined) done.child.stdin?.end(input);
  try {
    return (await done).stdout;
  } catch (failure) {
    throw commandFailed(
      command,
      args,
      failure as NodeJS.ErrnoException & { stderr?: string; stdout?: string },
    );
  }
}

function commandFailed(
  command: string,
  args: string[],
  failure: NodeJS.ErrnoException & { stderr?: string; stdout?: string },
): Error {
  if (failure.code === 'ENOENT') return missing(command);
  const output = `${failure.stdout ?? ''}${failure.stderr ?? ''}`.slice(-4000);
  return new Error(`${command} ${args.join(' ')} failed:\n${output || failure.message}`);
}

export function missing(what: string): Error {
  return new Error(
    `"${what}" is needed for the tests against real peers. On Debian: apt-get install ${packages[what] ?? what}, ` +
      'or run test/real/peers/install.sh as root.',
  );
}

const jvms = '/usr/lib/jvm';

/** The folder of a JDK of one of these versions, the first that is there. */
export function jdkFolder(versions: number[]): string {
  const names = existsSync(jvms) ? readdirSync(jvms) : [];
  for (const version of versions) {
    const fits = new RegExp(`(^|[^0-9.])(1\\.)?${version}([^0-9]|$)`);
    const found = names.find((name) => fits.test(name) && existsSync(`${jvms}/${name}/bin/javac`));
    if (found) return `${jvms}/${found}`;
  }
  throw missing(versions.includes(17) ? 'JDK 17' : 'JDK 21 or newer');
}

/**
 * For JVMs that live for a few tests: the first compiler only. The second one takes more time for the code of a start than it gains
 * later; without it a start of Elasticsearch takes 28 s of CPU in place of 49 (on a slow machine).
 */
export const shortLived = ['-XX:TieredStopAtLevel=1'];
