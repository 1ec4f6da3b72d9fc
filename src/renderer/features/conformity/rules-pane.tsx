import { IconPencil } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConformityRule } from '../../../shared/contract/conformity.ts';
import { canNeverBeKept, isRatio } from '../../../shared/domain/conformity-rules.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { keptDays, type SiteYear } from './conformity-view.ts';
import { RuleDrawer } from './rule-drawer.tsx';
import { boundsText } from './rule-words.ts';

/** What the site must keep to, and how often it did in the year shown. */
export function RulesPane(props: {
  readonly siteRef: string;
  readonly year: number;
  readonly rules: SiteYear['rules'];
  onChanged: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { siteRef, year, rules, onChanged } = props;
  const [editing, setEditing] = useState<ConformityRule>();
  const [opened, setOpened] = useState(false);
  const { failure, run } = useFailure();
  const edit = (rule: ConformityRule): void => {
    setEditing(rule);
    setOpened(true);
  };
  return (
    <section className="pane">
      <div className="pane-head">
        <h2>{t('conformity.rules')}</h2>
        <span className="hint">{t('conformity.rulesHint')}</span>
      </div>
      <table className="rules">
        <thead>
          <tr>
            <th scope="col">{t('conformity.columns.rule')}</th>
            <th scope="col">{t('conformity.columns.permitted')}</th>
            <th scope="col">{t('conformity.columns.criticality')}</th>
            <th scope="col" className="number">
              {t('conformity.columns.rate', { year })}
            </th>
            <th scope="col">
              <span className="visually-hidden">{t('conformity.columns.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map(({ rule, days }) => {
            const name = t('conformity.named', {
              kind: t(`conformity.kind.${rule.metricType}`),
              bounds: boundsText(t, rule),
            });
            return (
              <tr key={rule.id}>
                <th scope="row">
                  {t(`conformity.kind.${rule.metricType}`)}
                  <span className="secondary">{rule.description}</span>
                </th>
                <td>
                  {boundsText(t, rule)}
                  {canNeverBeKept(rule) ? (
                    <span className="secondary warn never">
                      <StatusGlyph kind="warn" size={14} />{' '}
                      {t(isRatio(rule.metricType) ? 'conformity.never' : 'conformity.neverSpread')}
                    </span>
                  ) : null}
                </td>
                <td>{t(`conformity.criticality.${rule.criticality}`)}</td>
                <td className="number">
                  <Rate days={days} />
                </td>
                <td>
                  <div className="row-of rule-actions">
                    <button
                      type="button"
                      className="button"
                      aria-label={t('conformity.editNamed', { name })}
                      onClick={() => edit(rule)}
                    >
                      <IconPencil size={16} aria-hidden="true" /> {t('conformity.edit')}
                    </button>
                    <ConfirmButton
                      label={t('conformity.remove')}
                      name={t('conformity.removeNamed', { name })}
                      title={t('conformity.removeTitle', { name })}
                      body={t('conformity.removeBody')}
                      onConfirm={() =>
                        run(async () => {
                          await client.conformity.removeRule({ id: rule.id });
                          onChanged();
                        })
                      }
                    />
                  </div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {rules.length === 0 ? <p className="secondary">{t('conformity.noRules')}</p> : null}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <RuleDrawer
        siteRef={siteRef}
        rule={editing}
        opened={opened}
        onSaved={onChanged}
        onClose={() => setOpened(false)}
      />
    </section>
  );
}

function Rate({ days }: { readonly days: SiteYear['rules'][number]['days'] }): ReactElement {
  const { t } = useTranslation();
  const { kept, known } = keptDays(days);
  if (known === 0) return <span className="secondary">{t('conformity.noDays')}</span>;
  // Rounded down: 100 % is said only where no day was missed.
  const rate = Math.floor((kept / known) * 1000) / 10;
  return (
    <>
      <strong className={kept === known ? '' : 'bad'}>{formatNumber(rate, rate === 100 ? 0 : 1)} %</strong>
      <span className="secondary rate-days">{t('conformity.rateDays', { kept, count: known })}</span>
    </>
  );
}
