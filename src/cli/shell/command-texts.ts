import type { ArgsDef } from 'citty';

/** An option as help, completions and the manual show it. */
export interface OptionText {
  /** Without dashes: `config`. */
  name: string;
  description: string;
  /** What the value is, such as `file`; undefined for a flag. */
  value?: string;
}

/** A command as help, completions and the manual show it. */
export interface CommandText {
  name: string;
  description: string;
  options: OptionText[];
  /** Positional arguments in their order, with their descriptions. */
  places: { name: string; description: string }[];
  /** Words that the first positional argument takes, such as `list` and `retry`. */
  actions: string[];
}

interface Definition {
  meta?: unknown;
  args?: unknown;
}

/** The texts of all commands, in the order of the help. */
export function commandTexts(commands: Readonly<Record<string, Definition>>): CommandText[] {
  return Object.entries(commands).map(([name, { meta, args }]) => {
    const defined = Object.entries((args ?? {}) as ArgsDef);
    const places = defined.filter(([, { type }]) => type === 'positional');
    const described = places.map(([place, { description = '' }]) => ({ name: place, description }));
    return {
      name,
      description: (meta as { description?: string } | undefined)?.description ?? '',
      options: defined
        .filter(([, { type }]) => type !== 'positional')
        .map(([option, arg]) => optionText(option, arg)),
      places: described,
      actions: described[0]?.name === 'action' ? actionsIn(described[0].description) : [],
    };
  });
}

function optionText(name: string, { type, description = '', valueHint }: ArgsDef[string]): OptionText {
  if (type === 'boolean') return { name, description };
  return { name, description, value: valueHint ?? 'value' };
}

/** `list, acknowledge ID…, or assign ID…` names the actions list, acknowledge and assign. */
function actionsIn(description: string): string[] {
  return description
    .replace(/\([^)]*\)/g, '')
    .split(/,\s*(?:or\s+)?|\s+or\s+/)
    .flatMap((part) => /^[a-z][a-z-]*/.exec(part.trim())?.[0] ?? []);
}
