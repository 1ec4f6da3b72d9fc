import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { StackState } from '../../../shared/contract/stack.ts';
import { useClient } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { useStackWork } from './stack-work.ts';
import { StackWorkView } from './stack-work-view.tsx';

/** New images with a way back, and what a database needs that was never made whole. */
export function CarePanel({ stack }: { readonly stack: StackState }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { running, update } = useStackWork();
  const canUpdate = stack.phase === 'running' && running === undefined;
  return (
    <section className="panel" aria-labelledby="care-title">
      <h2 id="care-title">{t('stackPage.care.title')}</h2>
      <p className="secondary">{t('stackPage.care.body')}</p>
      <div className="row-of">
        <ConfirmButton
          label={t('stackPage.care.update')}
          title={t('stackPage.care.updateTitle')}
          body={t('stackPage.care.updateBody')}
          more={t('stackPage.care.updateKeeps')}
          disabled={!canUpdate}
          onConfirm={() => void update(client)}
        />
        <RepairButton stack={stack} />
      </div>
      {stack.phase === 'running' ? null : <p className="secondary">{t('stackPage.care.needsStack')}</p>}
      <StackWorkView works={['update', 'repair']} />
    </section>
  );
}

/** Also where the start was refused because of such a database. */
export function RepairButton({ stack }: { readonly stack: StackState }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { running, repair } = useStackWork();
  const busy = stack.phase === 'starting' || stack.phase === 'stopping' || running !== undefined;
  return (
    <ConfirmButton
      label={t('stackPage.care.repair')}
      title={t('stackPage.care.repairTitle')}
      body={t('stackPage.care.repairBody')}
      more={t('stackPage.care.repairKeeps')}
      disabled={busy}
      onConfirm={() => void repair(client)}
    />
  );
}
