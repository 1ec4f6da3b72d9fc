import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FlashPartition } from '../../../shared/contract/boards.ts';
import { formatNumber } from '../../components/format.ts';
import { mapOf } from './partition-pieces.ts';

/** The flash drawn to scale, and under it every partition in figures. */
export function PartitionMap({
  partitions,
  flashBytes,
}: {
  readonly partitions: readonly FlashPartition[];
  readonly flashBytes: number | null;
}): ReactElement {
  const { t } = useTranslation();
  if (partitions.length === 0) return <p className="secondary">{t('provision.details.noPartitions')}</p>;
  const { total, pieces } = mapOf(partitions, flashBytes);
  return (
    <>
      {/* The table says the same in words. */}
      <svg className="partition-map" viewBox={`0 0 1000 44`} preserveAspectRatio="none" aria-hidden="true">
        {pieces.map((piece) => (
          <rect
            key={piece.offset}
            x={(piece.offset / total) * 1000}
            width={(piece.size / total) * 1000}
            height="44"
            className={piece.kind}
          />
        ))}
      </svg>
      <p className="partition-ends hint">
        <span>0</span>
        <span>{formatNumber(total / 1024)} KiB</span>
      </p>
      <table className="partition-table">
        <caption className="visually-hidden">{t('provision.details.partitions')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('provision.details.name')}</th>
            <th scope="col">{t('provision.details.type')}</th>
            <th scope="col">{t('provision.details.offset')}</th>
            <th scope="col">{t('provision.details.size')}</th>
          </tr>
        </thead>
        <tbody>
          {partitions.map((partition) => (
            <tr key={`${partition.name} ${partition.offset}`}>
              <th scope="row">
                <span className={`partition-key ${partition.type === 'app' ? 'app' : 'data'}`} />
                {partition.name}
              </th>
              <td>
                {partition.type}, {partition.subtype}
                {partition.encrypted ? `, ${t('provision.details.encrypted')}` : ''}
              </td>
              <td className="mono">0x{partition.offset.toString(16)}</td>
              <td>{formatNumber(partition.size / 1024)} KiB</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
