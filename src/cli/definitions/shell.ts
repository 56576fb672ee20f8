import { defineCommand } from 'citty';
import { version } from '../../util/files.ts';
import { completionScript, shells } from '../shell/completions.ts';
import { manual } from '../shell/manual.ts';
import { processTerminal as terminal } from '../terminal.ts';

const print = (text: string): number => {
  terminal.out(text.trimEnd());
  return 0;
};

const versions = () => ({
  version,
  node: process.versions.node,
  platform: process.platform,
  arch: process.arch,
});

/** The commands that are made from the definitions of all commands, which `all` returns. */
export const shellCommands = (all: () => Parameters<typeof manual>[0]) => ({
  completion: defineCommand({
    meta: { name: 'completion', description: 'Print the completion script for a shell' },
    args: { action: { type: 'positional', description: shells.join(', ') } },
    run: ({ args }) => print(completionScript(args.action ?? '', all())),
  }),
  man: defineCommand({
    meta: { name: 'man', description: 'Print the manual page (`logboom man | man -l -`)' },
    args: {},
    run: () => print(manual(all(), version)),
  }),
  version: defineCommand({
    meta: { name: 'version', description: 'Print the version' },
    args: {
      json: { type: 'boolean', description: 'Print JSON, with the version of Node.js and the platform' },
    },
    run: ({ args }) => print(args.json ? JSON.stringify(versions(), null, 2) : version),
  }),
});
