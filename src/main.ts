#!/usr/bin/env node
import { main } from './cli/main.ts';

// `logboom status | head` closes the pipe early, which is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

// All files hold log lines or data about them, so only their owner may read them.
process.umask(0o077);
process.exitCode = await main(process.argv.slice(2));
// A socket or thread that is left must not keep the process running; nor does this timer.
setTimeout(() => process.exit(), 1_000).unref();
