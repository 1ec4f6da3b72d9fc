import { FileButton, MultiSelect, Select, Textarea, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveRecording } from '../../../shared/contract/survey.ts';
import type { SurveyPhoto, SurveyPoint } from '../../../shared/contract/survey-parts.ts';
import { sendInPieces } from '../../../shared/domain/send-survey-file.ts';
import { isMacAddress } from '../../../shared/domain/mac-address.ts';
import { partsOf } from '../../../shared/domain/survey-document.ts';
import { judgePoint } from '../../../shared/domain/survey-judgement.ts';
import { useBoard, useClient, useNow } from '../../app/live.ts';
import { StatisticsTable } from './statistics-table.tsx';
import type { ShownSurvey } from './survey-view.ts';
import type { SurveyWork } from './use-survey.ts';

/** One point: measured, noted, photographed, and given its sensor. */
export function PointPanel({
  id,
  shown,
  point,
  live,
  work,
  open,
}: {
  readonly id: string;
  readonly shown: ShownSurvey;
  readonly point: SurveyPoint;
  readonly live: LiveRecording | undefined;
  readonly work: SurveyWork;
  readonly open: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const now = useNow();
  const devices = [...(useBoard()?.devices.values() ?? [])];
  const parts = [...shown.parts.values()];
  const [criteria] = partsOf(parts, 'criteria');
  const recording = partsOf(parts, 'recording').find((one) => one.id === point.recordingId);
  const zone = partsOf(parts, 'zone').find((one) => one.id === point.zoneId);
  const placement = partsOf(parts, 'placement').find((one) => one.pointId === point.id);
  const photos = partsOf(parts, 'photo').filter((one) => one.pointId === point.id);
  const [name, setName] = useState(point.name);
  const [note, setNote] = useState(point.note);
  const [macs, setMacs] = useState<string[]>([]);
  const seconds = criteria?.recordSeconds ?? 60;
  const choices = devices.map((device) => ({ value: device.mac, label: device.name || device.mac }));
  const record = (): void =>
    void work.run(() =>
      client.survey.record({ id, pointId: point.id, macs: macs.filter(isMacAddress), seconds }),
    );
  const addPhoto = (file: File | null): void => {
    if (file === null) return;
    void work.run(async () => {
      const upload = await sendInPieces(client.survey, file);
      const kept = await client.survey.keepFile({ id, kind: 'photo', upload });
      const photo: SurveyPhoto = {
        kind: 'photo',
        id: crypto.randomUUID(),
        order: photos.length,
        pointId: point.id,
        fileId: kept.id,
        widthPx: kept.widthPx,
        heightPx: kept.heightPx,
        caption: '',
        addedMs: Date.now(),
        keepsMetadata: false,
      };
      await client.survey.change({ id, step: 'photo', put: [photo] });
    });
  };
  const verdict = criteria === undefined ? undefined : judgePoint(point, recording, criteria, zone).verdict;
  return (
    <section className="pane form survey-panel" aria-label={point.label}>
      <h2>
        {point.label} · {t(`survey.states.${point.state}`)}
      </h2>
      {verdict === undefined ? null : <p role="status">{t(`survey.verdicts.${verdict}`)}</p>}
      {live === undefined ? null : (
        <>
          <p role="timer">
            {t('survey.recording', { seconds: Math.max(0, Math.ceil((live.untilMs - now) / 1_000)) })}
          </p>
          <StatisticsTable devices={live.devices} nowMs={now} />
          <button
            type="button"
            className="button large"
            onClick={() =>
              void work.run(() => client.survey.stopRecording({ recordingId: live.recordingId }))
            }
          >
            {t('survey.stop')}
          </button>
        </>
      )}
      {live !== undefined || recording === undefined ? null : (
        <StatisticsTable devices={recording.devices} nowMs={recording.endedMs ?? now} />
      )}
      {!open || live !== undefined ? null : (
        <>
          <MultiSelect label={t('survey.meters')} data={choices} value={macs} onChange={setMacs} />
          <button type="button" className="button filled large" disabled={macs.length === 0} onClick={record}>
            {t('survey.record', { label: point.label, seconds })}
          </button>
        </>
      )}
      <fieldset disabled={!open} className="survey-fields">
        <TextInput
          label={t('survey.fields.name')}
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.target.value)}
          onBlur={() => name !== point.name && void work.put('name', { ...point, name })}
        />
        <Select
          label={t('survey.fields.zone')}
          data={partsOf(parts, 'zone').map((one) => ({ value: one.id, label: one.name }))}
          value={point.zoneId}
          clearable
          onChange={(zoneId) => void work.put('zone', { ...point, zoneId })}
        />
        <Textarea
          label={t('survey.fields.note')}
          value={note}
          maxLength={4_000}
          autosize
          onChange={(event) => setNote(event.target.value)}
          onBlur={() => note !== point.note && void work.put('note', { ...point, note })}
        />
        <Select
          label={t('survey.fields.sensor')}
          data={choices}
          value={placement?.mac ?? null}
          searchable
          onChange={(mac) => {
            if (isMacAddress(mac))
              void work.run(() => client.survey.place({ id, pointId: point.id, sensor: { mac } }));
          }}
        />
      </fieldset>
      {open ? (
        <div className="row-of">
          <FileButton
            accept="image/jpeg,image/png"
            onChange={addPhoto}
            inputProps={{ capture: 'environment' }}
          >
            {(props) => (
              <button type="button" className="button" {...props}>
                {t('survey.addPhoto', { photos: photos.length })}
              </button>
            )}
          </FileButton>
          <button
            type="button"
            className="button"
            disabled={live !== undefined}
            onClick={() =>
              void work.put('state', {
                ...point,
                state:
                  point.state !== 'problem' ? 'problem' : point.recordingId === null ? 'planned' : 'done',
              })
            }
          >
            {t(point.state === 'problem' ? 'survey.noProblem' : 'survey.markProblem')}
          </button>
          <button
            type="button"
            className="button"
            disabled={live !== undefined}
            onClick={() => void work.remove('remove-point', point)}
          >
            {t('survey.removePoint')}
          </button>
        </div>
      ) : null}
    </section>
  );
}
