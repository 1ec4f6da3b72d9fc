import { FileButton, NumberInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Client } from '../../../shared/contract/contract.ts';
import type { SurveyPlan } from '../../../shared/contract/survey-parts.ts';
import { sendInPieces } from '../../../shared/domain/send-survey-file.ts';
import { pixelsPerMetre } from '../../../shared/domain/survey-plan.ts';
import { useClient } from '../../app/live.ts';
import { formatNumber } from '../../components/format.ts';
import type { SurveyWork } from './use-survey.ts';

type PointFaults = Awaited<ReturnType<Client['survey']['importPoints']>>['faults'];
type Marks = readonly (readonly [number, number])[];

/** A plan for a survey that has none, its scale, and planned points from a file. */
export function PlanTools({
  id,
  plan,
  work,
  marks,
  onMarks,
}: {
  readonly id: string;
  readonly plan: SurveyPlan | undefined;
  readonly work: SurveyWork;
  readonly marks: Marks | undefined;
  readonly onMarks: (marks: Marks | undefined) => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const [faults, setFaults] = useState<PointFaults>([]);
  const [metres, setMetres] = useState<string | number>('');
  const takePlan = (file: File | null): void => {
    if (file === null) return;
    void work.run(async () => {
      const upload = await sendInPieces(client.survey, file);
      const kept = await client.survey.keepFile({ id, kind: 'plan', upload });
      const name = file.name.replace(/\.[^.]*$/, '').slice(0, 200) || t('survey.plan');
      const part: SurveyPlan = {
        kind: 'plan',
        id: crypto.randomUUID(),
        order: 0,
        name,
        fileId: kept.id,
        widthPx: kept.widthPx,
        heightPx: kept.heightPx,
        source: {
          type: kept.type === 'image/png' ? 'png' : 'jpeg',
          fileName: file.name.slice(0, 200),
          page: null,
        },
        scale: null,
        northDeg: null,
      };
      await client.survey.change({ id, step: 'add-plan', put: [part] });
    });
  };
  const takePoints = (file: File | null): void => {
    if (file === null) return;
    void work.run(async () => {
      const csv = await file.text();
      const answer = await client.survey.importPoints({ id, planId: plan?.id ?? null, csv });
      setFaults(answer.faults);
    });
  };
  const [a, b] = marks ?? [];
  const saveScale = async (): Promise<void> => {
    if (plan === undefined || a === undefined || b === undefined || typeof metres !== 'number') return;
    if (await work.put('scale', { ...plan, scale: { a: [...a], b: [...b], metres } })) onMarks(undefined);
  };
  const perMetre = plan === undefined ? null : pixelsPerMetre(plan.scale);
  return (
    <div className="row-of survey-tools">
      {plan === undefined ? (
        <FileButton accept="image/png,image/jpeg" onChange={takePlan}>
          {(props) => (
            <button type="button" className="button" {...props}>
              {t('survey.addPlan')}
            </button>
          )}
        </FileButton>
      ) : marks === undefined ? (
        <>
          <span className="secondary">
            {perMetre === null
              ? t('survey.noScale')
              : t('survey.scaleIs', { width: formatNumber(plan.widthPx / perMetre, 1) })}
          </span>
          <button type="button" className="button" onClick={() => onMarks([])}>
            {t('survey.setScale')}
          </button>
        </>
      ) : (
        <>
          <span>{t('survey.markTwo', { marked: marks.length })}</span>
          <NumberInput
            aria-label={t('survey.distance')}
            placeholder={t('survey.distance')}
            min={0.01}
            value={metres}
            onChange={setMetres}
          />
          <button
            type="button"
            className="button"
            disabled={b === undefined || typeof metres !== 'number'}
            onClick={() => void saveScale()}
          >
            {t('survey.saveScale')}
          </button>
          <button type="button" className="button quiet" onClick={() => onMarks(undefined)}>
            {t('survey.cancel')}
          </button>
        </>
      )}
      <FileButton accept=".csv,text/csv" onChange={takePoints}>
        {(props) => (
          <button type="button" className="button" {...props}>
            {t('survey.importPoints')}
          </button>
        )}
      </FileButton>
      {faults.length === 0 ? null : (
        <div role="alert">
          <p>{t('survey.nothingImported')}</p>
          <ul>
            {faults.slice(0, 20).map(({ line, fault, text }) => (
              <li key={line}>{t(`survey.pointFaults.${fault}`, { line, text })}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
