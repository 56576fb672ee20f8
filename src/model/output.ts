import type { Episode, Notification, Transition } from './alert.ts';
import type { Position } from './journal.ts';
import type { WindowResult } from './window.ts';

/**
 * One output of the analyser. Its key is its total order: the position of the record that caused it and its
 * place among that record's outputs; a replay after a crash produces the same outputs under the same keys.
 */
export type Output =
  | { kind: 'window'; window: WindowResult }
  | { kind: 'transition'; transition: Transition }
  | { kind: 'episode'; episode: Episode }
  | { kind: 'notification'; notification: Notification };

export type OutputKey = [position: Position, ordinal: number];
