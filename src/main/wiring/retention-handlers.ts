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
  dropAgreed,
  expiredBeyond,
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
    return {
      sensorDataDays,
      heartbeatDays,
      agreed: await agreedRetention(owner),
      // In the published stack days go as it says, not as the settings here do.
      waiting:
        stack.state().kind === 'published'
          ? []
          : [...(await expiredBeyond(owner, clock.now(), { sensorDataDays, heartbeatDays }))],
    };
  };
  return {
    show,
    allow: async (retention, signal) => {
      mustBeOwn(stack);
      const owner = database();
      await agreeRetention(owner, retention);
      const { sensorDataDays, heartbeatDays } = settings.current;
      // Not only at the next full hour: who agrees wants the room. The answer does not wait for it.
      drop(
        dropAgreed(owner, clock.now(), { sensorDataDays, heartbeatDays }),
        log,
        'dropping what is past its retention',
      );
      return show({}, signal);
    },
  };
}
