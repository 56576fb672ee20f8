#!/usr/bin/env node
import { main } from './cli/main.ts';

process.exitCode = await main(process.argv.slice(2));
// A socket or thread that outlived an orderly end must not keep the process; the timer itself does not either.
setTimeout(() => process.exit(), 1_000).unref();
