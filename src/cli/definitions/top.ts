import { defineCommand } from 'citty';
import { LogboomError } from '../../errors.ts';
import { several } from '../arguments.ts';
import { processTerminal } from '../terminal.ts';
import { apiArguments, apiOf, configOf, ofFiles } from './common.ts';

const { json: _, ...address } = apiArguments;

export const topCommand = defineCommand({
  meta: {
    name: 'top',
    description: 'Show traffic and alerts of a running logboom, or of log files, as they happen',
  },
  args: {
    file: {
      type: 'positional',
      required: false,
      valueHint: several,
      description: 'Log files (plain, gzip, zstd), read without a server and followed through rotation',
    },
    ...address,
    query: { type: 'string', valueHint: 'kql', description: 'Only events that match' },
    'as-input': ofFiles['as-input'],
    zone: { type: 'string', valueHint: 'zone', description: 'IANA time zone of lines that state none' },
    once: { type: 'boolean', description: 'Print one screen as plain text and end' },
  },
  run: async ({ args }) => {
    const { top } = await import('../commands/top.ts');
    const { ttyScreen } = await import('../top/tty.ts');
    const once = args.once === true || process.stdout.isTTY !== true;
    const { _: paths, config, 'as-input': input } = args;
    if (input !== undefined) demandFiles(paths, config);
    const source =
      paths.length > 0
        ? new (await import('../top/file-source.ts')).FileSource({
            ...{ paths, input, zone: args.zone, once },
            config: config === undefined ? undefined : await configOf(args),
          })
        : (await import('../top/server-source.ts')).serverSource(await apiOf(args));
    const onProgress = once ? processTerminal.progress : undefined;
    return top({ source, screen: ttyScreen(), once, query: args.query ?? '', onProgress });
  },
});

function demandFiles(paths: readonly string[], config: string | undefined): void {
  if (paths.length === 0)
    throw new LogboomError('USAGE', '--as-input is for files. The events of a server have their inputs.');
  if (config === undefined)
    throw new LogboomError('USAGE', '--as-input needs the configuration of the input: add --config FILE.');
}
