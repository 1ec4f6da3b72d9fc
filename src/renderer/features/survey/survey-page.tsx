import { IconArrowBackUp, IconArrowLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SurveyPoint } from '../../../shared/contract/survey-parts.ts';
import { partsOf } from '../../../shared/domain/survey-document.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { useRouteParams } from '../../app/route-params.ts';
import { Loading } from '../../components/loading.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { PlanCanvas } from './plan-canvas.tsx';
import { PlanTools } from './plan-tools.tsx';
import { PointPanel } from './point-panel.tsx';
import { nextLabel, points as pointsOf } from './survey-view.ts';
import { useSurvey, useSurveyWork } from './use-survey.ts';
import './survey.css';

/** A survey: its plan with the points, and what is known of the one that is chosen. */
export function SurveyPage(): ReactElement {
  const { ref = '' } = useRouteParams();
  return <Walk key={ref} id={ref} />;
}

function Walk({ id }: { readonly id: string }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { shown, live, failure } = useSurvey(id);
  const work = useSurveyWork(id);
  const [selectedId, setSelected] = useState<string>();
  const [marks, setMarks] = useState<readonly (readonly [number, number])[] | undefined>();
  if (shown === undefined) return failure === undefined ? <Loading /> : <ErrorNotice error={failure} />;
  const { survey, undo } = shown;
  const open = survey.state === 'open';
  const points = pointsOf(shown);
  const [plan] = partsOf(shown.parts.values(), 'plan');
  const selected = points.find((point) => point.id === selectedId);
  const add = async (place: Pick<SurveyPoint, 'planId' | 'x' | 'y'>): Promise<void> => {
    const point: SurveyPoint = {
      kind: 'point',
      id: crypto.randomUUID(),
      order: Math.max(-1, ...points.map(({ order }) => order)) + 1,
      label: nextLabel(points),
      name: '',
      ...place,
      roomId: null,
      zoneId: null,
      heightM: null,
      planned: false,
      state: 'planned',
      problem: '',
      note: '',
      recordingId: null,
    };
    if (await work.put('add-point', point)) setSelected(point.id);
  };
  const pick = (x: number, y: number): void => {
    if (!open || plan === undefined) return;
    if (marks === undefined) void add({ planId: plan.id, x, y });
    else setMarks([...marks, [x, y] as const].slice(-2));
  };
  return (
    <>
      <PageHead
        above={
          <Link to="/survey" className="back">
            <IconArrowLeft size={16} aria-hidden="true" /> {t('survey.nav')}
          </Link>
        }
        title={survey.title}
        subtitle={t(open ? 'survey.progress' : 'survey.finished', {
          done: survey.donePoints,
          points: survey.points,
          problems: survey.problemPoints,
          revision: survey.revision,
        })}
        actions={
          open ? (
            <>
              <button
                type="button"
                className="button"
                disabled={undo === null}
                onClick={() => void work.run(() => client.survey.undo({ id }))}
              >
                <IconArrowBackUp size={18} aria-hidden="true" /> {t('survey.undo')}
              </button>
              <button
                type="button"
                className="button"
                onClick={() => void add({ planId: null, x: null, y: null })}
              >
                {t('survey.addPoint')}
              </button>
            </>
          ) : null
        }
      />
      {work.failure === undefined ? null : <ErrorNotice error={work.failure} />}
      <div className="columns survey">
        <div className="column-main">
          {plan === undefined ? null : (
            <PlanCanvas
              plan={plan}
              points={points.filter(({ planId }) => planId === plan.id)}
              marks={marks ?? []}
              selectedId={selectedId}
              onPick={pick}
              onSelect={setSelected}
            />
          )}
          {open ? <PlanTools id={id} plan={plan} work={work} marks={marks} onMarks={setMarks} /> : null}
          <ul className="survey-points" aria-label={t('survey.points')}>
            {points.map((point) => (
              <li key={point.id}>
                <button
                  type="button"
                  className="button quiet"
                  aria-pressed={point.id === selectedId}
                  onClick={() => setSelected(point.id)}
                >
                  {point.label} {point.name} · {t(`survey.states.${point.state}`)}
                </button>
              </li>
            ))}
          </ul>
        </div>
        <aside className="column-side">
          {selected === undefined ? (
            <p className="pane secondary">{t(open ? 'survey.choose' : 'survey.chooseRead')}</p>
          ) : (
            <PointPanel
              key={selected.id}
              id={id}
              shown={shown}
              point={selected}
              live={live.find(({ pointId }) => pointId === selected.id)}
              work={work}
              open={open}
            />
          )}
        </aside>
      </div>
    </>
  );
}
