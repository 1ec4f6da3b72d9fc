import { Select } from '@mantine/core';
import { IconAdjustments, IconFilter } from '@tabler/icons-react';
import { memo, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageFilter } from '../../../shared/contract/traffic-messages.ts';
import { sensorTopicPrefix } from '../../../shared/domain/topics.ts';
import type { ErrorReport } from '../../../shared/domain/app-error.ts';
import { Bookmarks } from './bookmarks.tsx';
import { FilterInput } from './filter-input.tsx';
import { isEmptyFilter, noFilter, useTrafficUi } from './traffic-store.ts';

const quick = [
  ['all', ''],
  ['data', `${sensorTopicPrefix}+/data`],
  ['heartbeat', `${sensorTopicPrefix}+/heartbeat`],
] as const;
const qualities = [0, 1, 2] as const;

/** What of the traffic is listed. A part that cannot be understood says so beside its field. */
export const FilterBar = memo(function FilterBar({
  failure,
}: {
  readonly failure: ErrorReport | undefined;
}): ReactElement {
  const { t } = useTranslation();
  const { filter, setFilter } = useTrafficUi();
  const [more, setMore] = useState(() => furtherParts(filter) > 0);
  const change = (part: Partial<MessageFilter>): void => setFilter({ ...filter, ...part });
  const errorOf = (field: string): string | null => {
    if (failure?.code !== 'traffic.bad-filter' || failure.data['field'] !== field) return null;
    const { reason, at } = failure.data;
    return t('traffic.filter.wrong', {
      reason: t(`traffic.filter.reasons.${String(reason)}`),
      at: Number(at) + 1,
    });
  };
  const further = furtherParts(filter);
  return (
    <search className="traffic-filters" aria-label={t('traffic.filter.title')}>
      <div className="filter-line">
        <FilterInput
          className="topic-filter"
          label={t('traffic.filter.topic')}
          placeholder="datayoti/#"
          value={filter.topic}
          maxLength={65_535}
          mono
          focusKey="/"
          icon={<IconFilter size={16} aria-hidden="true" />}
          error={errorOf('topic')}
          onChange={(topic) => change({ topic })}
        />
        <div className="segments" role="group" aria-label={t('traffic.filter.quick')}>
          {quick.map(([name, topic]) => (
            <button
              key={name}
              type="button"
              aria-pressed={filter.topic === topic}
              onClick={() => change({ topic })}
            >
              {t(`traffic.filter.${name}`)}
            </button>
          ))}
        </div>
        <button
          type="button"
          className="icon-button bordered"
          aria-expanded={more}
          aria-label={t('traffic.filter.more', { count: further })}
          title={t('traffic.filter.more', { count: further })}
          onClick={() => setMore(!more)}
        >
          <IconAdjustments size={18} aria-hidden="true" />
          {further > 0 ? <span className="count-mark">{further}</span> : null}
        </button>
      </div>
      {more ? (
        <div className="filter-line further">
          <FilterInput
            label={t('traffic.filter.text')}
            value={filter.text}
            maxLength={500}
            error={errorOf('text')}
            onChange={(text) => change({ text })}
          />
          <FilterInput
            label={t('traffic.filter.json')}
            placeholder="temperature > 8"
            value={filter.json}
            maxLength={500}
            mono
            error={errorOf('json')}
            onChange={(json) => change({ json })}
          />
          <FilterInput
            label={t('traffic.filter.client')}
            value={filter.client}
            maxLength={1_000}
            onChange={(client) => change({ client })}
          />
          <Select
            aria-label={t('traffic.filter.retained')}
            data={[
              { value: 'any', label: t('traffic.filter.retainedAny') },
              { value: 'yes', label: t('traffic.filter.retainedOnly') },
              { value: 'no', label: t('traffic.filter.retainedNot') },
            ]}
            value={filter.retained === null ? 'any' : filter.retained ? 'yes' : 'no'}
            allowDeselect={false}
            onChange={(value) => change({ retained: value === 'any' ? null : value === 'yes' })}
          />
          <div className="segments" role="group" aria-label={t('traffic.filter.qos')}>
            {qualities.map((qos) => (
              <button
                key={qos}
                type="button"
                aria-pressed={filter.qos.includes(qos)}
                onClick={() =>
                  change({
                    qos: filter.qos.includes(qos)
                      ? filter.qos.filter((one) => one !== qos)
                      : [...filter.qos, qos].toSorted((a, b) => a - b),
                  })
                }
              >
                {t('traffic.qos', { qos })}
              </button>
            ))}
          </div>
          <Bookmarks />
          {isEmptyFilter(filter) ? null : (
            <button type="button" className="button quiet" onClick={() => setFilter(noFilter)}>
              {t('traffic.filter.clear')}
            </button>
          )}
        </div>
      ) : null}
    </search>
  );
});

function furtherParts(filter: MessageFilter): number {
  return [
    filter.text !== '',
    filter.json.trim() !== '',
    filter.client !== '',
    filter.retained !== null,
    filter.qos.length > 0,
  ].filter(Boolean).length;
}
