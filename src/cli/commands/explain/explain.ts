import { type Answer, answer, inquiryAbout, inquiryFrom } from '../../../replay/explain/inquiry.ts';
import { type ConfigArguments, validConfig } from '../../configuration.ts';
import type { Terminal } from '../../terminal.ts';
import { formatEvent } from './event.ts';
import { formatRule } from './rule.ts';
import { formatExplanation } from './windows.ts';

interface ExplainArguments extends ConfigArguments {
  /** ID of an alert, or the name of a rule. */
  alert: string | undefined;
  at?: string | undefined;
  group?: string | undefined;
  /** ID of the document of an event, instead. */
  event?: string | undefined;
  json?: boolean | undefined;
}

/** `logboom explain`: 0 with an explanation. Throws where the journal holds nothing about it. */
export async function explainAlert(given: ExplainArguments, terminal: Terminal): Promise<number> {
  const { alert, at, group, event } = given;
  const inquiry = event === undefined ? inquiryAbout(alert, { at, group }) : inquiryFrom({ event });
  const found = await answer(inquiry, validConfig(given));
  terminal.out(given.json ? JSON.stringify(found, null, 2) : format(found));
  return 0;
}

function format(found: Answer): string {
  switch (found.about) {
    case 'rule':
      return formatRule(found);
    case 'event':
      return formatEvent(found);
    case 'windows':
      return formatExplanation(found);
  }
}
