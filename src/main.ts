#!/usr/bin/env node
import { main } from './cli/main.ts';

// `logboom status | head` closes the pipe early; that is the reader's right and no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

// Whatever is written holds people's log lines or counts them: it is for its owner alone.
process.umask(0o077);
process.exitCode = await main(process.argv.slice(2));
// A socket or thread that outlived an orderly end must not keep the process; the timer itself does not either.
setTimeout(() => process.exit(), 1_000).unref();
