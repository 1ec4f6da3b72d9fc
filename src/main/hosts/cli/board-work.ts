import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { silentLog } from '../../foundation/log.ts';
import { systemClock } from '../../foundation/clock.ts';
import {
  createLineOpener,
  deviceHolder,
  NotedOpener,
  PortDirectory,
  systemDoctor,
  systemPortLister,
} from '../../serial/index.ts';
import { BoardFailure } from './failure-words.ts';

/** What a command that works on one board needs of this machine. */
interface Bench {
  readonly opener: NotedOpener;
  /** The same error with what the doctor finds out about it. */
  readonly examined: (error: AppError) => Promise<AppError>;
}

/** Opens ports as they are now; of devices it is known what USB they hang on. */
async function benchFor(address: string): Promise<Bench> {
  const ports = new PortDirectory({ lister: systemPortLister, clock: systemClock, log: silentLog });
  if (!address.includes('://')) await ports.refresh();
  const opener = new NotedOpener(createLineOpener({ usbOf: (path) => ports.usbOf(path) }), systemClock);
  const doctor = systemDoctor({ ports, notes: opener, usedBy: (path) => deviceHolder(path) });
  return {
    opener,
    examined: async (error) =>
      new BoardFailure(error, await doctor({ address, code: error.code, data: error.data })),
  };
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

/** As `untilSignal`; of a failure the doctor finds out more. */
export async function onBoard<T>(
  port: string,
  work: (signal: AbortSignal, opener: NotedOpener) => Promise<T>,
  onEnd: 'cancel' | 'finish' = 'cancel',
): Promise<T | undefined> {
  const { opener, examined } = await benchFor(port);
  try {
    return await untilSignal((signal) => work(signal, opener), onEnd);
  } catch (error) {
    throw isAppError(error) ? await examined(error) : error;
  }
}
