/** The thread of one call of a module: it loads the module, calls `notify`, and posts the answer. */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import type { ModuleAnswer, ModuleCall } from './kinds/module.ts';

type Notify = (document: object, settings: ModuleCall['settings']) => unknown;

const { file, document, settings } = workerData as ModuleCall;

async function load(): Promise<Notify | { misconfigured: string }> {
  let exported: { notify?: unknown };
  try {
    exported = (await import(pathToFileURL(file).href)) as { notify?: unknown };
  } catch (error) {
    return { misconfigured: `cannot be loaded: ${messageOf(error).split('\n')[0]}; correct it` };
  }
  return typeof exported.notify === 'function'
    ? (exported.notify as Notify)
    : { misconfigured: 'exports no function `notify`; export one' };
}

async function answer(): Promise<ModuleAnswer> {
  const notify = await load();
  if (typeof notify !== 'function') return notify;
  try {
    const said = await notify(document, settings);
    return { answer: said === undefined || said === null ? 'it returned' : String(said) };
  } catch (error) {
    const useless = (error as { retryable?: unknown } | undefined)?.retryable === false;
    return { failure: messageOf(error), useless };
  }
}

parentPort!.postMessage(await answer());
