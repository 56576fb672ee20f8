import type { AlertState, Episodes } from '../alerts/episodes.ts';
import type { LogEvent, Millis, Output, Scalar, WindowValue } from '../model.ts';
import type { CompiledRule } from '../rules/rule.ts';
import type { Windows } from '../windows/windows.ts';
