import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useProvisioning } from '../../app/live.ts';
import { formatNumber } from '../../components/format.ts';
import { wordsFor } from './lane-words.ts';
import { usePortName } from './port-words.tsx';

/** Says on every page when a board is ready (politely) and when one needs a person (at once). */
export function ProvisionAnnouncer(): ReactElement {
  const { t } = useTranslation();
  const jobs = useProvisioning()?.jobs;
  const portName = usePortName();
  const before = useRef<ReadonlyMap<string, string>>(undefined);
  const [said, setSaid] = useState({ ready: '', failed: '' });
  useEffect(() => {
    if (jobs === undefined) return;
    const known = before.current;
    before.current = new Map(jobs.map((job) => [job.id, job.phase]));
    // What was there when the page was opened is on the page; it is no news.
    if (known === undefined) return;
    for (const job of jobs) {
      if (known.get(job.id) === job.phase) continue;
      if (job.phase === 'ready')
        setSaid((last) => ({
          ...last,
          ready: t('provision.say.ready', {
            name: job.name,
            value: formatNumber(job.reading?.temperature ?? 0, 1),
          }),
        }));
      if (job.phase === 'needs-you')
        setSaid((last) => ({
          ...last,
          failed: t('provision.say.needsYou', {
            name: job.name,
            what: t(wordsFor(job).title, { ...job.error?.data, address: portName(job.address) }),
          }),
        }));
    }
  }, [jobs, t, portName]);
  return (
    <>
      <p className="visually-hidden" role="status">
        {said.ready}
      </p>
      <p className="visually-hidden" role="alert">
        {said.failed}
      </p>
    </>
  );
}
