import { Modal, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconTrash } from '@tabler/icons-react';
import { useRef, useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { formatBytes, formatNumber } from '../../components/format.ts';
import { Loading } from '../../components/loading.tsx';
import { EmptyState } from '../../components/page-head.tsx';
import { FilterInput } from './filter-input.tsx';
import { payloadSummary } from './payload-summary.ts';
import { rowHeightNow } from './row-height.ts';
import { useTrafficUi } from './traffic-store.ts';
import { useTraffic } from './use-traffic.ts';
import { useWindow } from './use-window.ts';
import { cutTo, visibleText } from './visible-text.ts';

const everyMs = 2_000;
const topicShown = 300;
const examplesShown = 5;

interface Target {
  readonly topic: string;
  readonly subtree: boolean;
}

interface Question extends Target {
  readonly count: number;
  readonly examples: readonly string[];
}

/** What the broker keeps for whoever subscribes later. Nothing is cleared before the number was seen. */
export function RetainedPane(): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const queries = useQueryClient();
  const { source } = useTrafficUi();
  const [filter, setFilter] = useState('');
  const [total, setTotal] = useState(0);
  const [subtree, setSubtree] = useState('');
  const [question, setQuestion] = useState<Question>();
  const [cleared, setCleared] = useState<number>();
  const { failure, run } = useFailure();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = rowHeightNow();
  const { first, last } = useWindow(scroller, Math.max(total, 40), rowHeight);
  const { data, error } = useQuery({
    queryKey: ['traffic', 'retained', source, filter, first, last],
    queryFn: async ({ signal }) => {
      const answer = await traffic.retained(
        { source, filter, from: first, count: Math.max(1, last - first) },
        { signal },
      );
      setTotal(answer.total);
      return { ...answer, from: first };
    },
    refetchInterval: everyMs,
    placeholderData: keepPreviousData,
  });
  const ask = (target: Target): void =>
    run(async () => {
      setCleared(undefined);
      const { count, examples } = await traffic.countRetained({ source, target });
      setQuestion({ ...target, count, examples });
    });
  const clear = (): void => {
    if (question === undefined) return;
    const { topic, subtree: below, count } = question;
    setQuestion(undefined);
    run(async () => {
      const answer = await traffic.clearRetained({
        source,
        target: { topic, subtree: below },
        expected: count,
      });
      setCleared(answer.cleared);
      await queries.invalidateQueries({ queryKey: ['traffic', 'retained'] });
    });
  };
  const askSubtree = (event: FormEvent): void => {
    event.preventDefault();
    const topic = subtree.trim().replace(/\/#$|\/$/u, '');
    if (topic !== '') ask({ topic, subtree: true });
  };
  return (
    <section className="traffic-sheet" aria-label={t('traffic.parts.retained')}>
      <div className="sheet-tools">
        <FilterInput
          label={t('traffic.retainedList.filter')}
          value={filter}
          maxLength={1_000}
          focusKey="/"
          onChange={setFilter}
        />
        <span className="secondary" role="status">
          {data === undefined
            ? ''
            : t('traffic.retainedList.count', {
                count: data.total,
                messages: formatNumber(data.total),
                size: formatBytes(data.bytes),
              })}
          {data?.complete === false ? ` ${t('traffic.retainedList.more')}` : ''}
          {cleared === undefined
            ? ''
            : ` ${t('traffic.retainedList.cleared', { count: cleared, messages: formatNumber(cleared) })}`}
        </span>
        <form className="subtree-form" onSubmit={askSubtree}>
          <TextInput
            aria-label={t('traffic.retainedList.below')}
            placeholder={t('traffic.retainedList.below')}
            classNames={{ input: 'mono' }}
            value={subtree}
            maxLength={65_535}
            autoComplete="off"
            onChange={(event) => setSubtree(event.target.value)}
          />
          <button type="submit" className="button danger" disabled={subtree.trim() === ''}>
            {t('traffic.retainedList.clearBelow')}
          </button>
        </form>
      </div>
      {failure === undefined && error === null ? null : (
        <div className="traffic-notice">
          <ErrorNotice error={failure ?? reportOf(error)} />
        </div>
      )}
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : null
      ) : data.total === 0 ? (
        <EmptyState
          title={t(filter === '' ? 'traffic.retainedList.none' : 'traffic.retainedList.noneMatch')}
          body={t('traffic.retainedList.noneBody')}
        />
      ) : null}
      <div
        className="traffic-scroll sheet-rows"
        ref={scroller}
        role="table"
        aria-label={t('traffic.parts.retained')}
        aria-rowcount={(data?.total ?? 0) + 1}
        hidden={data === undefined || data.total === 0}
      >
        <div className="sheet-head retained-columns" role="row" aria-rowindex={1}>
          {(['topic', 'payload', 'bytes', 'clear'] as const).map((column) => (
            <span key={column} role="columnheader" className={`in-${column}`}>
              {column === 'clear' ? (
                <span className="visually-hidden">{t('traffic.retainedList.clear')}</span>
              ) : (
                t(`traffic.list.${column}`)
              )}
            </span>
          ))}
        </div>
        <div className="traffic-space" role="rowgroup" style={{ height: (data?.total ?? 0) * rowHeight }}>
          {data?.items.map((item, offset) => {
            const index = data.from + offset;
            const shown = visibleText(cutTo(item.topic, topicShown));
            return (
              <div
                key={item.topic}
                role="row"
                aria-rowindex={index + 2}
                className="sheet-row retained-columns"
                style={{ transform: `translateY(${index * rowHeight}px)` }}
              >
                <span role="rowheader" className="in-topic mono">
                  <bdi title={shown}>{shown}</bdi>
                </span>
                <span role="cell" className="in-payload">
                  <bdi>{payloadSummary(item, { empty: t('traffic.emptyPayload') })}</bdi>
                </span>
                <span role="cell" className="in-bytes">
                  {formatNumber(item.bytes)}
                </span>
                <span role="cell" className="in-clear">
                  <button
                    type="button"
                    className="icon-button"
                    aria-label={t('traffic.retainedList.clearOne', { topic: cutTo(item.topic, 80) })}
                    title={t('traffic.retainedList.clear')}
                    onClick={() => ask({ topic: item.topic, subtree: false })}
                  >
                    <IconTrash size={18} aria-hidden="true" />
                  </button>
                </span>
              </div>
            );
          })}
        </div>
      </div>
      <ClearQuestion question={question} onClear={clear} onClose={() => setQuestion(undefined)} />
    </section>
  );
}

function ClearQuestion(props: {
  readonly question: Question | undefined;
  onClear: () => void;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { question, onClear, onClose } = props;
  const count = question?.count ?? 0;
  return (
    <Modal
      opened={question !== undefined}
      onClose={onClose}
      title={t('traffic.retainedList.askTitle', { count, messages: formatNumber(count) })}
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <p className="dialog-text">
        {t(count === 0 ? 'traffic.retainedList.askNone' : 'traffic.retainedList.askBody')}
      </p>
      <ul className="question-topics mono">
        {question?.examples.slice(0, examplesShown).map((topic) => (
          <li key={topic}>
            <bdi>{visibleText(cutTo(topic, topicShown))}</bdi>
          </li>
        ))}
        {count > examplesShown ? (
          <li>{t('traffic.retainedList.andMore', { messages: formatNumber(count - examplesShown) })}</li>
        ) : null}
      </ul>
      <div className="row-of form">
        <button type="button" className="button danger" disabled={count === 0} onClick={onClear}>
          {t('traffic.retainedList.clearNow', { count, messages: formatNumber(count) })}
        </button>
        <button type="button" className="button" data-autofocus onClick={onClose}>
          {t('shell.keep')}
        </button>
      </div>
    </Modal>
  );
}
