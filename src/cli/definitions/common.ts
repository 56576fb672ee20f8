import type { Config } from '../../config/schema/schema.ts';
import type { ApiSource } from '../api-client.ts';
import type { ApiArguments } from '../api-settings.ts';
import type { ConfigArguments } from '../configuration.ts';

// All definitions are loaded for each command, so they import nothing but texts. A command imports its code, and the configuration
// that it needs, when it runs: `status` asks a server, and does not wait for the schema of rules and notifiers.

export const configArgument = {
  type: 'string',
  valueHint: 'file',
  description: 'Configuration file (default: LOGBOOM_CONFIG, or ./logboom.yml if it exists)',
} as const;
export const dataArgument = {
  type: 'string',
  valueHint: 'folder',
  description: 'Data folder, instead of the configured one',
} as const;

/** How lines of files become events. */
export const ofFiles = {
  fields: {
    type: 'string',
    valueHint: 'name=value,…',
    description: 'Fields to add to plain lines, as a shipper does: event.dataset=nginx.access',
  },
  'as-input': {
    type: 'string',
    valueHint: 'input',
    description:
      'Read the files as this input of the configuration does. Default: the file input whose paths name them',
  },
} as const;

/** The arguments of commands that ask a running server. */
export const apiArguments = {
  config: configArgument,
  url: {
    type: 'string',
    valueHint: 'url',
    description: 'Address of the API, instead of the configured one',
  },
  token: { type: 'string', valueHint: 'token', description: 'Bearer token, instead of the configured one' },
  json: { type: 'boolean', description: 'Print JSON' },
} as const;

/** The configuration. Throws `CONFIG_INVALID` with all problems. */
export const configOf = async (args: ConfigArguments): Promise<Config> =>
  (await import('../configuration.ts')).validConfig(args);

/** The API that the arguments select. */
export const apiOf = async (args: ApiArguments): Promise<ApiSource> =>
  (await import('../api-settings.ts')).apiOf(args);
