import { join } from 'node:path';
import type { Clock } from '../foundation/clock.ts';
import type { AsyncDisposer } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import type { Platform } from '../foundation/platform.ts';
import { Surveys } from '../survey/index.ts';

export interface SurveyWiring {
  readonly platform: Platform;
  readonly clock: Clock;
  readonly log: Log;
  readonly disposer: AsyncDisposer;
}

export function composeSurvey({ platform, clock, log, disposer }: SurveyWiring): Surveys {
  const { keepAwake } = platform;
  return disposer.use(
    'surveys',
    new Surveys({
      folder: join(platform.paths.data, 'surveys'),
      clock,
      log,
      keepAwake: keepAwake === undefined ? undefined : () => keepAwake('a survey is recorded'),
    }),
  );
}
