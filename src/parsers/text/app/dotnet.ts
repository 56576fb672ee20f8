import { digits } from '../text-format.ts';
import { appFormat } from './app-line.ts';

const short = '(?<level>VRB|DBG|INF|WRN|ERR|FTL|Verbose|Debug|Information|Warning|Error|Fatal)';

/** .NET: Serilog's text, the console of Microsoft.Extensions.Logging, NLog and log4net's layout of its documentation. */
export const dotnet = appFormat({
  name: 'dotnet',
  words: '.NET',
  first: `${digits}[tdiwfcTDIWEF`,
  layouts: [
    // Serilog: 2026-11-20 10:00:00.123 +01:00 [INF] message
    `^(?<stamp>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} [+-]\\d\\d:\\d\\d) \\[${short}\\] (?<message>.*)$`,
    // Serilog on a console: [10:00:00 INF] message
    `^\\[(?:(?<stamp>\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d\\S*)|\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?) ${short}\\] (?:\\[(?<logger>[\\w.]+)\\] )?(?<message>.*)$`,
    // Microsoft's console: info: Microsoft.Hosting.Lifetime[14], then the message on the next line
    '^(?:(?<stamp>\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d\\S*) )?(?<level>trce|dbug|info|warn|fail|crit): (?<logger>[\\w.`+]+)\\[(?<id>-?\\d+)\\]\\s+(?<message>.*)$',
    // NLog: 2026-11-20 10:00:00.1234|INFO|Shop.Orders|message
    '^(?<stamp>\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{4})\\|(?<level>TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\\|(?<logger>[^|]*)\\|(?<message>.*)$',
  ].map((layout) => new RegExp(layout, 's')),
  more: ({ id, level }) => ({
    'event.code': id,
    ...(level !== undefined && Object.hasOwn(consoleLevels, level) && { 'log.level': consoleLevels[level] }),
  }),
});

const consoleLevels: Readonly<Record<string, string>> = { trce: 'trace', dbug: 'debug', fail: 'error' };
