import './health.css';
import { Drawer, NumberInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site } from '../../../shared/contract/devices.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import type { OwnThresholds } from '../../../shared/domain/device-health/thresholds.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { useAgainWhenRunning } from '../../app/use-again-when-running.ts';
import { formatNumber } from '../../components/format.ts';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { checkThresholds, defaultOf, textsOf, thresholdGroups } from './thresholds-form.ts';

/** From where on the devices of a site are no longer healthy: the defaults, and what the site has of its own. */
export function ThresholdsDrawer(props: {
  readonly site: Site;
  /** The drawer stays mounted while it is closed: only so does the focus go back to what opened it. */
  readonly opened: boolean;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { site, opened, onClose } = props;
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size="lg"
      title={t('health.thresholds.title', { name: site.name })}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <SiteThresholds siteRef={site.ref} onClose={onClose} />
    </Drawer>
  );
}

function SiteThresholds(props: { readonly siteRef: string; onClose: () => void }): ReactElement | null {
  const client = useClient();
  const { siteRef, onClose } = props;
  useAgainWhenRunning('health');
  const { data, error } = useQuery({
    queryKey: ['health', 'thresholds', siteRef],
    queryFn: ({ signal }) => client.health.thresholds({ siteRef }, { signal }),
    gcTime: 0,
  });
  if (error !== null) return <ErrorNotice error={reportOf(error)} />;
  if (data === undefined) return null;
  return <ThresholdsForm siteRef={siteRef} stored={data.own} onClose={onClose} />;
}

function ThresholdsForm(props: {
  readonly siteRef: string;
  readonly stored: OwnThresholds;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const { siteRef, onClose } = props;
  const [texts, setTexts] = useState(() => textsOf(props.stored));
  const { failure, run } = useFailure();
  const { own, outOfRange, contradicts } = checkThresholds(texts);
  const good = outOfRange.length === 0 && contradicts === null;
  const owned = Object.keys(own).length;
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!good) return;
    run(async () => {
      await client.health.saveThresholds({ siteRef, own });
      await queries.invalidateQueries({ queryKey: ['health', 'thresholds', siteRef] });
      onClose();
    });
  };
  return (
    <form className="form thresholds" onSubmit={save}>
      <p className="secondary">{t('health.thresholds.body')}</p>
      <div className="row-of">
        <span role="status">
          {owned === 0 ? t('health.thresholds.allDefault') : t('health.thresholds.own', { count: owned })}
        </span>
        <button type="button" className="button" disabled={owned === 0} onClick={() => setTexts(textsOf({}))}>
          {t('health.thresholds.reset')}
        </button>
      </div>
      {thresholdGroups.map(({ group, fields }) => (
        <fieldset key={group}>
          <legend>{t(`health.thresholds.groups.${group}`)}</legend>
          {fields.map((one) => (
            <NumberInput
              key={one.field}
              label={t(`health.thresholds.fields.${one.field}`)}
              description={t('health.thresholds.default', { value: formatNumber(defaultOf(one)) })}
              value={texts[one.field]}
              hideControls
              decimalScale={one.digits}
              allowDecimal={one.digits > 0}
              allowedDecimalSeparators={['.', ',']}
              error={
                outOfRange.includes(one.field)
                  ? t('health.thresholds.range', {
                      min: formatNumber(one.range[0]),
                      max: formatNumber(one.range[1]),
                    })
                  : contradicts === one.field
                    ? t(`health.thresholds.contradicts.${contradicts}`)
                    : null
              }
              onChange={(value) =>
                setTexts((before) => ({ ...before, [one.field]: typeof value === 'number' ? value : '' }))
              }
            />
          ))}
        </fieldset>
      ))}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <SaveOrCancel canSave={good} onCancel={onClose} />
    </form>
  );
}
