import type { RuleChanges } from '../model.ts';

/** A problem of the configuration, with its place and the remedy. */
export interface ReloadProblem {
  path: string;
  message: string;
  remedy: string;
  value?: string;
  line?: number;
  column?: number;
  variable?: string;
}

/** The result of a reload, as `POST /reload` answers it. It holds names and paths only, for values may be secrets. */
export type ReloadAnswer = Applied | Refused;

export interface Applied {
  applied: true;
  rules: RuleChanges;
  notifiers: { added: string[]; changed: string[]; removed: string[] };
  /** Other settings that are in force now. */
  settings: string[];
  /** Settings that changed in the file and take effect at the next start. */
  needsRestart: string[];
  /** Readers that are busy, and apply the configuration when they are done. */
  pending: string[];
}

export interface Refused {
  applied: false;
  /** The file that was read. */
  file?: string;
  problems: ReloadProblem[];
}

/** What changed, as a sentence: `rules: 1 added (burst), 3 unchanged; notifiers: …`. */
export function wordsOf({ rules, notifiers, settings }: Applied): string {
  const lists = (of: Record<string, string[] | number>) =>
    Object.entries(of).flatMap(([fate, names]) =>
      Array.isArray(names) && names.length > 0 ? [`${names.length} ${fate} (${names.join(', ')})`] : [],
    );
  const parts = [
    ...[
      lists({ ...rules, notification: [], 'with other notification settings': rules.notification }),
    ].flatMap((list) => (list.length > 0 ? [`rules: ${list.join(', ')}, ${rules.unchanged} unchanged`] : [])),
    ...[lists(notifiers)].flatMap((list) => (list.length > 0 ? [`notifiers: ${list.join(', ')}`] : [])),
    ...(settings.length > 0 ? [`settings: ${settings.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'nothing changed';
}
