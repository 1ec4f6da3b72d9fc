import type { ReactElement } from 'react';
import { useSettings, useStack } from '../../app/live.ts';
import { Loading } from '../../components/loading.tsx';
import { FirstRun } from '../first-run/first-run.tsx';
import { Overview } from './overview.tsx';

/** The first page: where to begin, until something was begun. */
export function HomePage(): ReactElement | null {
  const settings = useSettings();
  const stack = useStack();
  if (settings === undefined || stack === undefined) return <Loading />;
  const begun = settings.firstRunDone || stack.phase === 'running';
  return begun ? <Overview /> : <FirstRun stack={stack} />;
}
