import { NumberInput, Switch } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { AlertKind, AlertRule, AlertRules } from '../../../shared/contract/alerts.ts';
import { alertKinds } from '../../../shared/domain/alert-rules.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useConnectionPhase } from '../../app/live.ts';
import { formatDuration } from '../../components/format.ts';
import { Loading } from '../../components/loading.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { AlertTabs } from './alert-tabs.tsx';
import { BrowserPermission } from './browser-permission.tsx';
import { sameRules, secondsFault } from './rule-draft.ts';
import './alerts.css';

const rulesKey = ['alerts', 'rules'];

/** What is told at all, after how long, and how. */
export function AlertRulesPage(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const connected = useConnectionPhase() === 'open';
  const { data, error } = useQuery({
    queryKey: rulesKey,
    queryFn: ({ signal }) => client.alerts.rules({}, { signal }),
    // Right after the page opened there is no connection yet.
    enabled: connected,
  });
  return (
    <>
      <PageHead above={<AlertTabs />} title={t('alerts.rules.title')} subtitle={t('alerts.rules.subtitle')} />
      {error === null ? null : (
        <div className="page-body">
          <ErrorNotice error={reportOf(error)} />
        </div>
      )}
      {data === undefined && error === null ? <Loading /> : null}
      {data === undefined ? null : (
        <>
          <BrowserPermission />
          <RulesForm stored={data.rules} defaults={data.defaults} />
        </>
      )}
    </>
  );
}

function RulesForm({
  stored,
  defaults,
}: {
  readonly stored: AlertRules;
  readonly defaults: AlertRules;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(stored);
  const [saved, setSaved] = useState(false);
  const { failure, run } = useFailure();
  const bad = alertKinds.some((kind) =>
    [draft[kind].raiseAfterS, draft[kind].clearAfterS].some((seconds) => secondsFault(seconds)),
  );
  const changed = !sameRules(draft, stored);
  const edit = (rules: AlertRules): void => {
    setSaved(false);
    setDraft(rules);
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (bad || !changed) return;
    run(async () => {
      await client.alerts.saveRules({ rules: draft });
      queries.setQueryData(rulesKey, { rules: draft, defaults });
      setSaved(true);
    });
  };
  return (
    <form className="page-body alert-rules" onSubmit={save} noValidate>
      {alertKinds.map((kind) => (
        <RuleFields
          key={kind}
          kind={kind}
          rule={draft[kind]}
          onChange={(rule) => edit({ ...draft, [kind]: rule })}
        />
      ))}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <div className="row-of">
        <button type="submit" className="button filled" disabled={bad || !changed}>
          {t('alerts.rules.save')}
        </button>
        <button
          type="button"
          className="button"
          disabled={sameRules(draft, defaults)}
          onClick={() => edit(defaults)}
        >
          {t('alerts.rules.useDefaults')}
        </button>
        <span role="status">
          {saved && !changed ? (
            <span className="row-glyph">
              <StatusGlyph kind="ok" /> {t('alerts.rules.saved')}
            </span>
          ) : null}
        </span>
      </div>
    </form>
  );
}

function RuleFields(props: {
  readonly kind: AlertKind;
  readonly rule: AlertRule;
  onChange: (rule: AlertRule) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { kind, rule, onChange } = props;
  return (
    <fieldset className="alert-rule">
      <legend>{t(`alerts.names.${kind}`)}</legend>
      <Switch
        label={t('alerts.rules.enabled')}
        checked={rule.enabled}
        onChange={(event) => onChange({ ...rule, enabled: event.currentTarget.checked })}
      />
      {(['raiseAfterS', 'clearAfterS'] as const).map((part) => (
        <NumberInput
          key={part}
          label={t(`alerts.rules.${part}`)}
          description={secondsFault(rule[part]) ? null : formatDuration(rule[part])}
          value={Number.isNaN(rule[part]) ? '' : rule[part]}
          error={secondsFault(rule[part]) ? t('stack.between', { min: 0, max: 86_400 }) : null}
          disabled={!rule.enabled}
          hideControls
          allowNegative={false}
          onChange={(value) => onChange({ ...rule, [part]: value === '' ? Number.NaN : Number(value) })}
        />
      ))}
      <Switch
        label={t('alerts.rules.notify')}
        checked={rule.notify}
        disabled={!rule.enabled}
        onChange={(event) => onChange({ ...rule, notify: event.currentTarget.checked })}
      />
    </fieldset>
  );
}
