import { defineCommand } from 'citty';
import { processTerminal as terminal } from '../terminal.ts';

export const initCommand = defineCommand({
  meta: { name: 'init', description: 'Write a configuration to begin with' },
  args: {
    logs: { type: 'string', valueHint: 'paths', description: 'Log files, such as /var/log/nginx/*.log' },
    shipper: {
      type: 'string',
      valueHint: 'name',
      description: 'Who ships them: filebeat (default) or logboom',
    },
    format: {
      type: 'string',
      valueHint: 'format',
      description: 'Format of the lines (default: the first file shows it)',
    },
    elasticsearch: {
      type: 'string',
      valueHint: 'url',
      description: 'Address of Elasticsearch, or none (default) for the embedded store',
    },
    notify: {
      type: 'string',
      valueHint: 'to',
      description: 'Address of a webhook, an e-mail address, or none (default)',
    },
    rules: {
      type: 'string',
      valueHint: 'names',
      description: 'Typical rules, separated by commas, or none (default: those that fit the format)',
    },
    folder: {
      type: 'string',
      valueHint: 'folder',
      description: 'Folder for the files (default: the working folder)',
    },
    force: { type: 'boolean', description: 'Replace files that are there' },
  },
  run: async ({ args }) => {
    const { init } = await import('../commands/init.ts');
    if (!process.stdin.isTTY || !terminal.interactive) return init(args, terminal, undefined);
    const questions = (await import('../init/questions.ts')).openQuestions();
    try {
      return await init(args, terminal, questions.ask);
    } finally {
      questions.close();
    }
  },
});
