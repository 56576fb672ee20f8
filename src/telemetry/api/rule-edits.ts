import type { Millis } from '../../model.ts';
import type { Applied, Refused } from '../reload-answer.ts';

/** A rule as it is sent to be tried or saved. */
export interface RuleEdit {
  /** YAML. */
  text: string;
  /** Name of the rule that it replaces. Absent for a new rule. */
  replaces?: string | undefined;
  /** Revision of the file of the rule, from `source`. */
  revision?: string | undefined;
}

/** Problems of the configuration with the edited rule. Lines are those of the sent text where `file` is absent. */
type Problems = Pick<Refused, 'problems'>;

/** The rule compared with the one in force over the journal, and the verdicts on the one in force. */
export type TriedRule =
  | Problems
  | {
      comparison: object;
      verdicts: {
        id: string;
        verdict: 'true' | 'false' | 'missed';
        group: string;
        start: Millis;
        end?: Millis;
      }[];
    };

export type SavedRule =
  | Problems
  | {
      saved: string;
      file: string;
      applied: Pick<Applied, 'rules' | 'notifiers' | 'settings' | 'needsRestart'>;
    };

export interface RuleActions {
  /** The text of a rule; without a name, a template for a new one. Throws `USAGE` if no file has the rule. */
  source(name: string | undefined): { text: string; file: string; revision: string; mayNotSave?: string };
  attempt(edit: RuleEdit): Promise<TriedRule>;
  /** Writes the rule into its file and reloads. */
  save(edit: RuleEdit, by: string): Promise<SavedRule>;
}
