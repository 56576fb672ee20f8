/** What a reload does to the rules, by name. It is part of the answer to `POST /reload`. */
export interface RuleChanges {
  added: string[];
  /** They begin anew. */
  changed: string[];
  /** They continue, and only what is sent to people changes: severity, message, labels, notifiers. */
  told: string[];
  removed: string[];
  disabled: string[];
  /** Number of rules that continue as they are. */
  unchanged: number;
}
