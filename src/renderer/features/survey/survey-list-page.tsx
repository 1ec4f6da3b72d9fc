import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SiteType } from '../../../shared/contract/survey-parts.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useBoard, useClient, useSettings, useStack } from '../../app/live.ts';
import { rememberedTechnician, rememberTechnician } from '../../app/technician.ts';
import { formatDate } from '../../components/format.ts';
import { EmptyState, PageHead } from '../../components/page-head.tsx';
import './survey.css';

const siteTypes = ['cold-room', 'server-room', 'home', 'other'] as const satisfies readonly SiteType[];

/** Surveys of this laptop, and the form that begins one. */
export function SurveyListPage(): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const running = useStack()?.phase === 'running';
  const list = useQuery({
    queryKey: ['survey', 'list'],
    queryFn: ({ signal }) => client.survey.list({}, { signal }),
    enabled: running,
    refetchOnMount: 'always',
  });
  const items = list.data?.items ?? [];
  return (
    <>
      <PageHead title={t('survey.title', { count: items.length })} subtitle={t('survey.subtitle')} />
      {running ? null : (
        <p className="banner" role="status">
          {t('survey.stackStopped')}
        </p>
      )}
      {list.error === null ? null : <ErrorNotice error={reportOf(list.error)} />}
      <div className="columns">
        <div className="column-main">
          {items.length === 0 ? (
            <EmptyState title={t('survey.emptyTitle')} body={t('survey.emptyBody')} />
          ) : (
            <ul className="survey-list">
              {items.map((survey) => (
                <li key={survey.id}>
                  <Link to="/survey/$ref" params={{ ref: survey.id }}>
                    <strong>{survey.title}</strong>
                    <span className="secondary">
                      {t(`survey.of.${survey.state}`, {
                        revision: survey.revision,
                        site: survey.siteName,
                        done: survey.donePoints,
                        points: survey.points,
                        date: formatDate(survey.updatedMs, i18n.language),
                      })}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )}
        </div>
        <aside className="column-side">
          <NewSurvey disabled={!running} />
        </aside>
      </div>
    </>
  );
}

function NewSurvey({ disabled }: { readonly disabled: boolean }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const navigate = useNavigate();
  const sites = useBoard()?.sites ?? [];
  const language = useSettings()?.language === 'fr' ? 'fr' : 'en';
  const [title, setTitle] = useState('');
  const [customerName, setCustomer] = useState('');
  const [siteRef, setSite] = useState<string | null>(null);
  const [siteType, setType] = useState<SiteType>('cold-room');
  const [technician, setTechnician] = useState(rememberedTechnician);
  const [failure, setFailure] = useState<ErrorReport>();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    rememberTechnician(technician);
    try {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      const wish = { title, customerName, siteRef, siteType, technician, language, timeZone } as const;
      const { id } = await client.survey.create(wish);
      await navigate({ to: '/survey/$ref', params: { ref: id } });
    } catch (error) {
      setFailure(reportOf(error));
    }
  };
  return (
    <form className="pane form" onSubmit={(event) => void submit(event)}>
      <h2>{t('survey.new')}</h2>
      <TextInput
        label={t('survey.fields.title')}
        value={title}
        required
        maxLength={200}
        onChange={(event) => setTitle(event.target.value)}
      />
      <Select
        label={t('survey.fields.site')}
        placeholder={t('survey.fields.noSite')}
        data={sites.map(({ ref, name }) => ({ value: ref, label: name }))}
        value={siteRef}
        clearable
        onChange={setSite}
      />
      <Select
        label={t('survey.fields.siteType')}
        data={siteTypes.map((value) => ({ value, label: t(`survey.siteTypes.${value}`) }))}
        value={siteType}
        allowDeselect={false}
        onChange={(value) => setType(siteTypes.find((one) => one === value) ?? 'other')}
      />
      <TextInput
        label={t('survey.fields.customer')}
        value={customerName}
        maxLength={200}
        onChange={(event) => setCustomer(event.target.value)}
      />
      <TextInput
        label={t('survey.fields.technician')}
        value={technician}
        maxLength={60}
        onChange={(event) => setTechnician(event.target.value)}
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <button type="submit" className="button filled" disabled={disabled || title.trim() === ''}>
        {t('survey.begin')}
      </button>
    </form>
  );
}
