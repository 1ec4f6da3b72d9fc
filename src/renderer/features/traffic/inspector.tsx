import { IconArrowBackUp, IconCheck, IconCopy, IconFilter } from '@tabler/icons-react';
import { memo, useEffect, useMemo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { parseSensorTopic } from '../../../shared/domain/topics.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { formatDuration } from '../../components/format.ts';
import { clockTime } from './clock-time.ts';
import { FieldChart } from './field-chart.tsx';
import { HexView } from './hex-view.tsx';
import { JsonView } from './json-view.tsx';
import { jsonLines } from './json-lines.ts';
import { MessageFacts } from './message-facts.tsx';
import { parsePayload } from './payload-parsed.ts';
import { TextView } from './text-view.tsx';
import { useTrafficUi } from './traffic-store.ts';
import { useDeviceNames } from './use-device-names.ts';
import { useInspected, type Inspected } from './use-inspected.ts';
import { cutTo, visibleText } from './visible-text.ts';

const forms = ['json', 'text', 'hex'] as const;
type Form = (typeof forms)[number];
const topicShown = 400;
/** A longer topic takes several lines. */
const oneLine = 40;

/** One message: what it says, what changed, and what became of it. */
export const Inspector = memo(function Inspector({ paused }: { readonly paused: boolean }): ReactElement {
  const { t } = useTranslation();
  const { source, selection } = useTrafficUi();
  const { inspected, failure, gone } = useInspected(source, selection, paused);
  return (
    <section className="traffic-inspector" aria-label={t('traffic.inspector.title')}>
      {failure === undefined ? null : (
        <div className="traffic-notice">
          <ErrorNotice error={failure} />
        </div>
      )}
      {selection === null ? (
        <p className="hint traffic-empty">{t('traffic.inspector.none')}</p>
      ) : inspected === undefined ? (
        <p className="hint traffic-empty">{t(gone ? 'traffic.inspector.gone' : 'shell.loading')}</p>
      ) : (
        <Message inspected={inspected} follows={selection.kind === 'topic' && !paused} />
      )}
    </section>
  );
});

function Message(props: { readonly inspected: Inspected; readonly follows: boolean }): ReactElement {
  const { t } = useTranslation();
  const { detail, bytes, before } = props.inspected;
  const { topic, message, previous } = detail;
  const payload = useMemo(() => parsePayload(bytes), [bytes]);
  const earlier = useMemo(() => (before === undefined ? undefined : parsePayload(before)), [before]);
  const [wanted, setForm] = useState<Form>('json');
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setField] = useState<string | null>(null);
  useEffect(() => {
    setFolded(new Set());
    setField(null);
  }, [topic]);
  const form: Form = usable(wanted, payload.json !== undefined, payload.validUtf8);
  const json = useMemo(
    () => (payload.json === undefined ? undefined : jsonLines(payload.json.value, earlier?.json, folded)),
    [payload, earlier, folded],
  );
  const numbers = json?.lines.filter(({ number }) => number) ?? [];
  const field = chosen ?? (numbers.find(({ path }) => path === 'temperature') ?? numbers[0])?.path ?? null;
  const same = before !== undefined && sameBytes(bytes, before);
  return (
    <>
      <MessageHead topic={topic} bytes={bytes} text={payload.text} />
      <div className="traffic-compare">
        <span className="secondary">
          {previous === null
            ? t('traffic.inspector.first')
            : t('traffic.inspector.against', { age: ageOf(message.timeMs - previous.timeMs) })}
        </span>
        <strong>
          {previous === null
            ? ''
            : json !== undefined && earlier?.json !== undefined
              ? t('traffic.inspector.changes', { count: json.changes })
              : t(same ? 'traffic.inspector.same' : 'traffic.inspector.other')}
        </strong>
      </div>
      <div className="segments inspector-forms" role="group" aria-label={t('traffic.inspector.form')}>
        {forms.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={form === name}
            disabled={name === 'json' && payload.json === undefined}
            onClick={() => setForm(name)}
          >
            {t(`traffic.inspector.forms.${name}`)}
          </button>
        ))}
        <span className="spacer" />
        <span className="secondary">
          {clockTime(message.timeMs)}
          {props.follows ? ` · ${t('traffic.inspector.follows')}` : ''}
        </span>
      </div>
      {bytes.length === 0 ? (
        <p className="hint traffic-empty">{t('traffic.emptyPayload')}</p>
      ) : form === 'json' && json !== undefined ? (
        <JsonView
          json={json}
          field={field}
          onField={setField}
          onFold={(path) => {
            const next = new Set(folded);
            if (!next.delete(path)) next.add(path);
            setFolded(next);
          }}
        />
      ) : form === 'hex' ? (
        <HexView bytes={bytes} />
      ) : (
        <TextView text={payload.text} before={same ? undefined : earlier?.text} valid={payload.validUtf8} />
      )}
      {detail.payloadCut ? <p className="hint traffic-note">{t('traffic.inspector.cut')}</p> : null}
      {field === null || numbers.length === 0 ? null : (
        <FieldChart topic={topic} path={field} fields={numbers.map(({ path }) => path)} onField={setField} />
      )}
      <MessageFacts detail={detail} />
    </>
  );
}

function MessageHead(props: {
  readonly topic: string;
  readonly bytes: Uint8Array;
  readonly text: string;
}): ReactElement {
  const { t } = useTranslation();
  const { topic, text } = props;
  const { filter, setFilter, setDraft, draft, showPane } = useTrafficUi();
  const names = useDeviceNames();
  const sensor = parseSensorTopic(topic);
  const device = sensor === undefined ? undefined : names.of(sensor.mac);
  const title =
    sensor === undefined
      ? lastLevel(topic)
      : `${device === undefined || device.unknown ? sensor.mac : device.label}, ${sensor.channel}`;
  const [copied, setCopied] = useState(false);
  useEffect(() => setCopied(false), [text]);
  const shown = visibleText(cutTo(topic, topicShown));
  return (
    <header className="inspector-head">
      <div>
        <h2>
          <bdi>{title === '' ? t('traffic.emptyLevel') : visibleText(cutTo(title, 80))}</bdi>
        </h2>
        {/* oxlint-disable jsx-a11y/no-noninteractive-tabindex -- the keyboard scrolls a name of several lines */}
        <p className="secondary inspector-topic" tabIndex={topic.length > oneLine ? 0 : undefined}>
          <bdi>{shown}</bdi>
          {topic.length > topicShown ? ` ${t('traffic.inspector.topicLength', { count: topic.length })}` : ''}
        </p>
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={t('traffic.inspector.again')}
        title={t('traffic.inspector.again')}
        onClick={() => setDraft({ ...draft, topic, payload: { form: 'text', text: cutTo(text, 1_000_000) } })}
      >
        <IconArrowBackUp size={20} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label={t('traffic.inspector.only')}
        title={t('traffic.inspector.only')}
        onClick={() => {
          setFilter({ ...filter, topic });
          showPane('messages');
        }}
      >
        <IconFilter size={20} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="icon-button"
        data-key="c"
        aria-label={t('traffic.inspector.copy')}
        title={t('traffic.inspector.copy')}
        onClick={() =>
          void navigator.clipboard
            .writeText(text)
            .then(() => setCopied(true))
            .catch(() => setCopied(false))
        }
      >
        {copied ? <IconCheck size={20} aria-hidden="true" /> : <IconCopy size={20} aria-hidden="true" />}
      </button>
      <span role="status" className="visually-hidden">
        {copied ? t('components.copied') : ''}
      </span>
    </header>
  );
}

function usable(wanted: Form, isJson: boolean, isText: boolean): Form {
  if (wanted === 'json' && !isJson) return isText ? 'text' : 'hex';
  return wanted;
}

function lastLevel(topic: string): string {
  return topic.slice(topic.lastIndexOf('/') + 1);
}

/** Between two messages of a topic: below a minute in tenths where they follow fast. */
function ageOf(ms: number): string {
  return ms < 1_000 ? `${Math.max(0, Math.round(ms))}\u00A0ms` : formatDuration(ms / 1_000);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
