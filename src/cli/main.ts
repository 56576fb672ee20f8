import { type ArgsDef, parseArgs, renderUsage } from 'citty';
import { LogboomError } from '../errors.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import { version } from '../util/files.ts';
import { several } from './arguments.ts';
import { type Command, commands, help } from './commands.ts';
import { processTerminal, type Terminal } from './terminal.ts';

const exitCodes = { done: 0, problem: 1, usage: 2, defect: 3 } as const;

const usage = (message: string, command?: string) => {
  const more = command === undefined ? 'See logboom --help.' : `See logboom ${command} --help.`;
  return new LogboomError('USAGE', `${message}\n${more}`);
};

/** The default command is `run`: `logboom --config x` is `logboom run --config x`. */
function split(argv: readonly string[]): [name: string, rest: string[]] {
  const [first, ...rest] = argv;
  return first === undefined || first.startsWith('-') ? ['run', [...argv]] : [first, rest];
}

function commandCalled(name: string): Command {
  if (Object.hasOwn(commands, name)) return commands[name]!;
  throw usage(`There is no command \`${name}\`${didYouMean(name, Object.keys(commands)) || '.'}`);
}

/** Number of positional arguments that the command takes. */
function placesOf({ args }: Command): number {
  const places = Object.values((args ?? {}) as ArgsDef).filter(({ type }) => type === 'positional');
  return places.at(-1)?.valueHint === several ? Number.POSITIVE_INFINITY : places.length;
}

/** Parses the arguments. A missing argument is a usage error, not a defect. */
function argumentsOf(name: string, { args }: Command, rest: string[]) {
  try {
    return parseArgs(rest, (args ?? {}) as ArgsDef);
  } catch (error) {
    throw error instanceof Error && error.name === 'CLIError' ? usage(`${error.message}.`, name) : error;
  }
}

/** Refuses unknown arguments: citty ignores them, so a mistyped option would have no effect. */
function refuseUnknown(name: string, command: Command, rest: string[]): void {
  const known = Object.keys(command.args ?? {});
  const given = argumentsOf(name, command, rest);
  for (const option of Object.keys(given)) {
    // citty returns an option of two words under both names, `dry-run` and `dryRun`.
    const spelt = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (option === '_' || known.includes(option) || known.includes(spelt)) continue;
    const options = known.map((one) => `--${one}`);
    const dashes = option.length === 1 ? '-' : '--';
    throw usage(`There is no option ${dashes}${option}${didYouMean(option, options) || '.'}`, name);
  }
  const more = given._[placesOf(command)];
  if (more !== undefined) throw usage(`Unexpected argument "${more}".`, name);
  for (const option of known) if (given[option] === '') throw usage(`--${option} needs a value.`, name);
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  if (argv[0] === 'help' && argv[1] !== undefined) return dispatch([argv[1], '--help'], terminal);
  if (argv[0] === '--help' || argv[0] === '-h' || argv[0] === 'help') return print(terminal, help(version));
  if (argv[0] === '--version' || argv[0] === '-v') return print(terminal, version);
  const [name, rest] = split(argv);
  const command = commandCalled(name);
  if (rest.includes('--help') || rest.includes('-h')) {
    return print(terminal, await renderUsage(command, { meta: { name: 'logboom' } }));
  }
  refuseUnknown(name, command, rest);
  const args = argumentsOf(name, command, rest);
  return (await command.run!({ rawArgs: rest, args, cmd: command })) as number;
}

function print(terminal: Terminal, text: string): number {
  terminal.out(text.trimEnd());
  return exitCodes.done;
}

/** Prints the message of an expected failure. Anything else is a defect and is printed with its stack. */
function report(thrown: unknown, terminal: Terminal): number {
  if (thrown instanceof LogboomError) {
    terminal.err(`logboom: ${thrown.message}`);
    return thrown.code === 'USAGE' ? exitCodes.usage : exitCodes.problem;
  }
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  terminal.err(`logboom: unexpected error, a defect of logboom:\n${stack}`);
  return exitCodes.defect;
}

/** Runs the command that the arguments name and returns the exit code. */
export async function main(argv: readonly string[], terminal: Terminal = processTerminal): Promise<number> {
  try {
    return await dispatch(argv, terminal);
  } catch (thrown) {
    return report(thrown, terminal);
  }
}
