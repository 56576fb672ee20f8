import { type JsonObject, newObject } from '../../../events/index.ts';

interface StructuredData {
  /** Elements by their ids, each with its parameters; undefined if there are none. */
  elements: JsonObject | undefined;
  /** The message after the elements, without a byte order mark. */
  message: string | undefined;
  failure?: string;
}

const element = /\[([^\s=\]"]{1,64})((?: [^\s=\]"]{1,64}="(?:[^"\\\]]|\\.)*")*)\]/sy;
const parameter = / ([^\s=\]"]+)="((?:[^"\\\]]|\\.)*)"/gs;

/** Reads what follows the message id of RFC 5424: `-` or `[id key="value"]…`, and the message. */
export function structuredData(text: string): StructuredData {
  if (text.startsWith('-')) return { elements: undefined, message: messageAt(text, 1) };
  const elements = newObject();
  let at = 0;
  while (text[at] === '[') {
    element.lastIndex = at;
    const match = element.exec(text);
    if (!match)
      return { elements, message: text.slice(at), failure: 'the structured data is not well-formed' };
    const parameters = newObject();
    for (const [, name, value] of match[2]!.matchAll(parameter))
      parameters[name!] = value!.replace(/\\(["\\\]])/g, '$1');
    elements[match[1]!] = parameters;
    at = element.lastIndex;
  }
  return { elements, message: messageAt(text, at) };
}

const messageAt = (text: string, at: number) => text.slice(at).replace(/^ ?\uFEFF?/, '') || undefined;
