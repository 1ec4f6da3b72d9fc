import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../../app/live.ts';
import { AdviceText } from './advice.tsx';
import { PlugDemoBoard } from './demo-board.tsx';
import { BoardPicture } from './pictures.tsx';

const adviceEveryMs = 10_000;

/** No board on any port: what to do, and what the doctor found on this machine. */
export function NoBoards(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { data } = useQuery({
    queryKey: ['provision', 'advice', null],
    queryFn: ({ signal }) => client.ports.advice({ address: null, code: null }, { signal }),
    refetchInterval: adviceEveryMs,
  });
  return (
    <div className="no-boards">
      <BoardPicture lit={false} dim />
      <div>
        <h3>{t('provision.empty.title')}</h3>
        <p className="secondary">{t('provision.empty.body')}</p>
        <ul>
          <li>{t('provision.empty.cable')}</li>
          <li>{t('provision.empty.port')}</li>
          <li>{t('provision.empty.room')}</li>
        </ul>
        {(data?.items ?? []).map((advice) => (
          <AdviceText key={advice.symptom} advice={advice} />
        ))}
        <h3>{t('provision.demo.title')}</h3>
        <p className="secondary">{t('provision.demo.body')}</p>
        <PlugDemoBoard />
      </div>
    </div>
  );
}
