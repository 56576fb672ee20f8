export { Additions } from './additions.ts';
export { decodeString, textOf } from './decode.ts';
export { Identifier } from './identity.ts';
export { MAX_DEPTH } from './json-text.ts';
export { isDeeper } from './judge.ts';
export { namePattern } from './names.ts';
export {
  addField,
  fieldsOf,
  isObject,
  type JsonObject,
  leafNames,
  newObject,
  valuesOf,
} from './objects.ts';
export { fieldPath } from './path.ts';
export { splice } from './splicer.ts';
export { EventView } from './view.ts';
export { ENTRY } from './walker.ts';
export { LineWrapper } from './wrap.ts';
