import { LogboomError } from '../../errors.ts';
import { type CommandText, commandTexts, type OptionText } from './command-texts.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

type Commands = Readonly<Record<string, { meta?: unknown; args?: unknown }>>;

/**
 * The script that completes commands, options and file names of `logboom` in a shell. It is made from the definitions of the
 * commands, so it knows what `--help` knows. Throws `USAGE` for another shell.
 */
export function completionScript(shell: string, commands: Commands): string {
  const texts = commandTexts(commands);
  if (shell === 'bash') return bash(texts);
  if (shell === 'zsh') return zsh(texts);
  if (shell === 'fish') return fish(texts);
  throw new LogboomError(
    'USAGE',
    `There is no completion for \`${shell}\`. Known shells: ${shells.join(', ')}.`,
  );
}

const flags = (options: readonly OptionText[]) => options.map(({ name }) => `--${name}`).join(' ');
const names = (texts: readonly CommandText[]) => texts.map(({ name }) => name).join(' ');

/** Options whose values are names of files or folders are completed with them; so are positional arguments. */
function bash(texts: readonly CommandText[]): string {
  const cases = texts.map(({ name, options, actions }) => {
    const words = [...actions, flags(options), '--help'].filter((word) => word !== '').join(' ');
    return `    ${name}) words="${words}" ;;`;
  });
  return `# bash completion of logboom. Put it into ~/.local/share/bash-completion/completions/logboom
_logboom() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names(texts)} --help --version" -- "$current"))
    return
  fi
  case "$command" in
${cases.join('\n')}
    help) words="${names(texts)}" ;;
    *) words="--help" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  case "$current" in -*) ;; *) COMPREPLY+=($(compgen -f -- "$current")) ;; esac
}
complete -o filenames -F _logboom logboom
`;
}

/** Single quotes, brackets and colons have a meaning in descriptions of zsh. */
const zshText = (text: string) => text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''");

function zsh(texts: readonly CommandText[]): string {
  const list = texts.map(({ name, description }) => `    '${name}:${zshText(description)}'`);
  const cases = texts.map(({ name, options, actions }) => {
    const specs = options.map(
      (option) => `'--${option.name}[${zshText(option.description)}]${zshValue(option)}'`,
    );
    const first = actions.length > 0 ? [`'1:action:(${actions.join(' ')})'`] : [];
    return `        ${name}) _arguments ${[...specs, ...first, "'*:file:_files'"].join(' ')} ;;`;
  });
  return `#compdef logboom
# zsh completion of logboom. Put it as _logboom into a folder of $fpath
_logboom() {
  local -a commands
  commands=(
${list.join('\n')}
  )
  _arguments -C '1:command:->command' '*::argument:->argument'
  case "$state" in
    command) _describe -t commands 'command of logboom' commands ;;
    argument)
      case "\${words[1]}" in
${cases.join('\n')}
      esac ;;
  esac
}
compdef _logboom logboom
`;
}

const zshValue = ({ value }: OptionText) =>
  value === undefined ? '' : `:${value}:${/file|folder/.test(value) ? '_files' : ' '}`;

const fishText = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`;

function fish(texts: readonly CommandText[]): string {
  const isFirst = 'not __fish_seen_subcommand_from $logboom_commands';
  const lines = texts.flatMap(({ name, description, options, actions }) => {
    const within = `complete -c logboom -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c logboom -f -n '${isFirst}' -a ${name} -d ${fishText(description)}`,
      ...actions.map((action) => `${within} -a ${action}`),
      ...options.map(
        ({ name, description, value }) =>
          `${within} -l ${name}${value === undefined ? '' : ' -r'} -d ${fishText(description)}`,
      ),
    ];
  });
  return `# fish completion of logboom. Put it into ~/.config/fish/completions/logboom.fish
set -g logboom_commands ${names(texts)}
${lines.join('\n')}
`;
}
