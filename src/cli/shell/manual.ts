import { type CommandText, commandTexts } from './command-texts.ts';

/** Backslashes, and a dot or an apostrophe at the beginning of a line, have a meaning in roff. */
const roff = (text: string) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(['.])/gm, '\\&$1');

/** The manual page `logboom(1)` as roff, from the definitions of the commands. */
export function manual(commands: Parameters<typeof commandTexts>[0], version: string): string {
  const texts = commandTexts(commands);
  return `.TH LOGBOOM 1 "" "logboom ${roff(version)}" "User Commands"
.SH NAME
logboom \\- ingest logs, count them in event\\-time windows, and alert
.SH SYNOPSIS
.B logboom
.RI [ command ]
.RI [ options ]
.SH DESCRIPTION
logboom receives logs from Filebeat and other senders, counts events in event\\-time windows, and notifies people by rules.
It writes events, windows and alerts to Elasticsearch or to its embedded store.
Without a command it serves, as
.B logboom run
does.
.SH COMMANDS
${texts.map(commandSection).join('\n')}
.SH FILES
.TP
.I logboom.yml
The configuration, if it exists. Every setting has a default.
.SH ENVIRONMENT
.TP
.B LOGBOOM_CONFIG
The configuration file.
.TP
.B LOGBOOM_INPUTS_LUMBERJACK_PORT
Overrides
.I inputs.lumberjack.port
in the same way as a variable for each other setting.
.TP
.B NO_COLOR
If it is set, no colours are written.
.SH EXIT STATUS
.TP
.B 0
Success.
.TP
.B 1
A failure with a message.
.TP
.B 2
Wrong usage.
.TP
.B 3
A defect in logboom, with its stack.
`;
}

function commandSection({ name, description, options, places }: CommandText): string {
  const usage = places.map((place) => `\\fI${roff(place.name)}\\fR`).join(' ');
  const lines = options.map(
    (option) =>
      `.TP\n\\fB\\-\\-${roff(option.name)}\\fR${option.value === undefined ? '' : ` \\fI${roff(option.value)}\\fR`}\n${roff(option.description)}`,
  );
  const arguments_ = places.map((place) => `.TP\n\\fI${roff(place.name)}\\fR\n${roff(place.description)}`);
  return `.SS "logboom ${roff(name)}" ${usage}\n${roff(description)}.\n${[...arguments_, ...lines].join('\n')}`;
}
