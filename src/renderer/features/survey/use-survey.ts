import { useEffect, useMemo, useState } from 'react';
import type { LiveRecording } from '../../../shared/contract/survey.ts';
import type { SurveyPart, SurveyPartKey } from '../../../shared/contract/survey-parts.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import { useClient, useConnectionPhase } from '../../app/live.ts';
import { applySurveyUpdate, type ShownSurvey } from './survey-view.ts';

/** A survey as it is on the main side, and its recordings that run. */
export function useSurvey(id: string): {
  readonly shown: ShownSurvey | undefined;
  readonly live: readonly LiveRecording[];
  readonly failure: ErrorReport | undefined;
} {
  const client = useClient();
  const phase = useConnectionPhase();
  const [shown, setShown] = useState<ShownSurvey>();
  const [live, setLive] = useState<readonly LiveRecording[]>([]);
  const [failure, setFailure] = useState<ErrorReport>();
  useEffect(() => {
    if (phase !== 'open') return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    const fail = (error: unknown): void => {
      if (!signal.aborted) setFailure(reportOf(error));
    };
    void (async () => {
      for await (const update of await client.survey.watch({ id }, { signal })) {
        setFailure(undefined);
        setShown((before) => applySurveyUpdate(before, update));
      }
    })().catch(fail);
    void (async () => {
      for await (const { items } of await client.survey.recordings({ id }, { signal })) setLive(items);
    })().catch(fail);
    return () => stop.abort();
  }, [client, id, phase]);
  return { shown, live, failure };
}

/** What a screen does to a survey; each is stored when it resolves. */
export interface SurveyWork {
  readonly failure: ErrorReport | undefined;
  readonly forget: () => void;
  readonly put: (step: string, ...parts: readonly SurveyPart[]) => Promise<boolean>;
  readonly remove: (step: string, key: SurveyPartKey) => Promise<boolean>;
  /** Anything else; its failure is shown at the same place. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function useSurveyWork(id: string): SurveyWork {
  const client = useClient();
  const [failure, setFailure] = useState<ErrorReport>();
  return useMemo(() => {
    const run = async (work: () => Promise<unknown>): Promise<boolean> => {
      try {
        setFailure(undefined);
        await work();
        return true;
      } catch (error) {
        setFailure(reportOf(error));
        return false;
      }
    };
    return {
      failure,
      forget: () => setFailure(undefined),
      run,
      put: (step, ...put) => run(() => client.survey.change({ id, step, put: [...put] })),
      remove: (step, { kind, id: partId }) =>
        run(() => client.survey.change({ id, step, remove: [{ kind, id: partId }] })),
    };
  }, [client, id, failure]);
}
