#!/usr/bin/env node
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// `logboom status | head` closes the pipe early, which is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

// All files hold log lines or data about them, so only their owner may read them.
process.umask(0o077);
// Node.js 22.1 and newer keep what they compiled, which shortens a start by about a fifth. The folder is beside the program and not in a
// shared one for temporary files, where others could write code into it. If it is not writable, nothing is kept. Threads find
// the folder in the environment.
const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => unknown };
const compiled = fileURLToPath(new URL('../.compiled', import.meta.url));
if (enableCompileCache && process.env.NODE_COMPILE_CACHE === undefined) {
  enableCompileCache(compiled);
  process.env.NODE_COMPILE_CACHE = compiled;
}
const { main } = await import('./cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
// A socket or thread that is left must not keep the process running; nor does this timer.
setTimeout(() => process.exit(), 1_000).unref();
