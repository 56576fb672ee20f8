/** What a rule was when it put something out. Settings that are empty are absent. */
export interface RuleDefinition {
  /** Another one after any change of the rule. */
  version: string;
  where?: string;
  measure?: string;
  recover?: string;
}

/** What a reload does to the rules, by name. It is part of the answer to `POST /reload`. */
export interface RuleChanges {
  added: string[];
  /** They begin anew. */
  changed: string[];
  /** They continue, and only what is sent to people changes: severity, message, labels, notifiers. */
  notification: string[];
  removed: string[];
  disabled: string[];
  /** Number of rules that continue as they are. */
  unchanged: number;
}
