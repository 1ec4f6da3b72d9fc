import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { EngineReport } from '../../../shared/contract/docker.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { formatBytes } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';

/** An engine with what it says of itself, or why it cannot be used and what helps. */
export function EngineRow(props: {
  readonly engine: EngineReport;
  readonly chosen: boolean;
  readonly disabled: boolean;
  onChoose: () => void;
  onTrust: (fingerprint: string) => void;
  onForget: () => void;
  onRemove: (() => void) | undefined;
}): ReactElement {
  const { t } = useTranslation();
  const { engine, chosen } = props;
  const { address, description, error } = engine;
  const fingerprint = error?.data['fingerprint'];
  return (
    <li className="engine">
      <label className={chosen ? 'card chosen' : 'card'}>
        <input
          type="radio"
          name="engine"
          checked={chosen}
          disabled={props.disabled}
          onChange={props.onChoose}
        />
        <span>
          <strong>
            <StatusGlyph kind={error === null ? 'ok' : 'bad'} />{' '}
            {description === null ? address : `${description.product} ${description.version}`}
          </strong>
          <span className="secondary">
            <code>{address}</code>
            {' · '}
            {engine.name ?? t(`stackPage.engine.source.${engine.source}`)}
          </span>
          {description === null ? null : <EngineFacts description={description} />}
        </span>
      </label>
      {engine.encrypted ? null : (
        <p className="warn">
          <StatusGlyph kind="warn" /> {t('stackPage.engine.unencrypted')}
        </p>
      )}
      {error === null ? null : <ErrorNotice error={error} />}
      <div className="row-of">
        {error?.code === 'engine.host-key-unknown' && typeof fingerprint === 'string' ? (
          <ConfirmButton
            label={t('stackPage.engine.trust')}
            title={t('stackPage.engine.trustTitle')}
            body={t('stackPage.engine.trustBody', { fingerprint })}
            onConfirm={() => props.onTrust(fingerprint)}
          />
        ) : null}
        {error?.code === 'engine.host-key-changed' ? (
          <ConfirmButton
            label={t('stackPage.engine.forget')}
            title={t('stackPage.engine.forgetTitle')}
            body={t('stackPage.engine.forgetBody')}
            onConfirm={props.onForget}
          />
        ) : null}
        {props.onRemove === undefined ? null : (
          <button type="button" className="button quiet" onClick={props.onRemove}>
            {t('stackPage.engine.remove', { address })}
          </button>
        )}
      </div>
    </li>
  );
}

/** What there is to run on. */
export function EngineFacts({
  description,
}: {
  readonly description: NonNullable<EngineReport['description']>;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <span className="secondary engine-facts">
      {[
        t('stackPage.engine.api', { version: description.apiVersion }),
        `${description.operatingSystem}, ${description.architecture}`,
        t('stackPage.engine.cpus', { count: description.cpus }),
        t('stackPage.engine.memory', { size: formatBytes(description.memoryBytes) }),
        description.freeDiskBytes === null
          ? t('stackPage.engine.diskUnknown')
          : t('stackPage.engine.disk', { size: formatBytes(description.freeDiskBytes) }),
        ...(description.rootless ? [t('stackPage.engine.rootless')] : []),
      ].join(' · ')}
    </span>
  );
}
