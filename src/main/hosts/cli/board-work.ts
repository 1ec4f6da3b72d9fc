import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { silentLog } from '../../foundation/log.ts';
import { systemClock } from '../../foundation/clock.ts';
import { createLineOpener, PortDirectory, systemPortLister, type LineOpener } from '../../serial/index.ts';
import { remedyFor } from './words.ts';

/** Opens ports as they are now; of devices it is known what USB they hang on. */
export async function lineOpener(address: string): Promise<LineOpener> {
  if (address.includes('://')) return createLineOpener();
  const ports = new PortDirectory({ lister: systemPortLister, clock: systemClock, log: silentLog });
  await ports.refresh();
  return createLineOpener({ usbOf: (path) => ports.usbOf(path) });
}

/**
 * Work that Ctrl+C or a signal ends in order; a second Ctrl+C ends it at once.
 *
 * @param onEnd `cancel`: the work fails as cancelled; `finish`: being ended is how the work ends
 */
export async function untilSignal<T>(
  work: (signal: AbortSignal) => Promise<T>,
  onEnd: 'cancel' | 'finish' = 'cancel',
): Promise<T | undefined> {
  const ended = new AbortController();
  const end = (name: NodeJS.Signals): void => {
    if (ended.signal.aborted && name === 'SIGINT') process.exit(130);
    ended.abort(new AppError('provisioning.cancelled', 'Cancelled.'));
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, end);
  try {
    return await work(ended.signal);
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    if (onEnd === 'finish') return undefined;
    throw isAppError(error) ? error : (ended.signal.reason as AppError);
  } finally {
    for (const name of names) process.off(name, end);
  }
}

/** As `untilSignal`, and says for people what to do about a failure. */
export async function onBoard<T>(
  options: { readonly json?: boolean },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await untilSignal(work);
  } catch (error) {
    if (options.json !== true && isAppError(error)) {
      const remedy = await remedyFor(error.code, error.data);
      if (remedy !== undefined)
        throw new AppError(error.code, `${error.message}\n${remedy}`, error.data, error);
    }
    throw error;
  }
}
