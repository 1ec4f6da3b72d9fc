import type { Handlers } from '../../shared/contract/contract.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import type { StackState } from '../../shared/contract/stack.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { drop } from '../foundation/drop.ts';
import type { Log } from '../foundation/log.ts';
import { mustBeOwn } from '../stack/index.ts';
import {
  agreedRetention,
  agreeRetention,
  agreeToLoseUnsynced,
  dropAgreed,
  expiredBeyond,
  heldUnsynced,
  type Database,
} from '../storage/index.ts';

export interface RetentionParts {
  readonly stack: { owner(): Database | undefined; state(): Pick<StackState, 'kind'> };
  readonly settings: { readonly current: Settings };
  readonly clock: Clock;
  readonly log: Log;
}

/** What is past its retention, and the agreement to let it go. */
export function retentionHandlers({ stack, settings, clock, log }: RetentionParts): Handlers['retention'] {
  const database = (): Database => {
    const owner = stack.owner();
    if (owner === undefined) throw new AppError('stack.not-running', 'The database is not running.');
    return owner;
  };
  const show: Handlers['retention']['show'] = async () => {
    const owner = database();
    const { sensorDataDays, heartbeatDays } = settings.current;
    const wanted = { sensorDataDays, heartbeatDays };
    // In the published stack days go as it says, not as the settings here do.
    const others = stack.state().kind === 'published';
    return {
      ...wanted,
      agreed: await agreedRetention(owner),
      waiting: others ? [] : [...(await expiredBeyond(owner, clock.now(), wanted))],
      unsynced: others ? [] : [...(await heldUnsynced(owner, clock.now(), wanted))],
    };
  };
  // Not only at the next full hour: who agrees wants the room. The answer does not wait for it.
  const dropNow = (owner: Database): void => {
    const { sensorDataDays, heartbeatDays } = settings.current;
    drop(
      dropAgreed(owner, clock.now(), { sensorDataDays, heartbeatDays }),
      log,
      'dropping what is past its retention',
    );
  };
  return {
    show,
    allow: async (retention, signal) => {
      mustBeOwn(stack);
      const owner = database();
      await agreeRetention(owner, retention);
      dropNow(owner);
      return show({}, signal);
    },
    allowUnsynced: async ({ beforeMs }, signal) => {
      mustBeOwn(stack);
      const owner = database();
      await agreeToLoseUnsynced(owner, beforeMs);
      dropNow(owner);
      return show({}, signal);
    },
  };
}
