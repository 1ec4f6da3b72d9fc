import { Drawer } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardIdentity } from '../../../shared/contract/boards.ts';
import { formatBytes } from '../../components/format.ts';
import { BoardChanges } from './board-changes.tsx';
import type { BoardRow } from './board-rows.ts';
import { BoardUpkeep } from './board-upkeep.tsx';
import { UnplugDemoBoards } from './demo-board.tsx';
import { settingsOf } from './form-state.ts';
import { PartitionMap } from './partition-map.tsx';
import { portName } from './port-name.ts';
import { useProvision } from './provision-store.ts';
import type { ProvisionFacts } from './use-facts.ts';

/** Who a board is, what is on it, what will change on it, and its upkeep. */
export function BoardDetails(props: {
  readonly row: BoardRow;
  readonly identity: BoardIdentity;
  readonly facts: ProvisionFacts;
  onChanged: () => void;
  onImprov: () => void;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const form = useProvision((state) => state.form);
  const { row, identity, facts } = props;
  const board = facts.boards.find((one) => one.address === row.port.address);
  const yesNo = (value: boolean | null): string =>
    value === null ? '–' : t(value ? 'provision.details.on' : 'provision.details.off');
  const { firmware, flashBytes, crystalMhz } = identity;
  const known: readonly (readonly [string, string])[] = [
    [t('provision.details.chip'), `${identity.description}, ${t('provision.details.revision', identity)}`],
    ['MAC', identity.mac],
    [t('provision.details.flash'), flashBytes === null ? '–' : formatBytes(flashBytes)],
    [t('provision.details.crystal'), crystalMhz === null ? '–' : `${crystalMhz} MHz`],
    [t('provision.details.secureBoot'), yesNo(identity.secureBoot)],
    [t('provision.details.encryption'), yesNo(identity.flashEncryption)],
    [
      t('provision.details.firmware'),
      firmware === null
        ? '–'
        : [firmware.project, firmware.version, firmware.built, firmware.idfVersion]
            .filter((part) => part !== '')
            .join(', '),
    ],
    ...(identity.configuration === null && identity.configurationProblem !== 'none'
      ? [
          [
            t('provision.details.configuration'),
            t(`provision.details.problem.${identity.configurationProblem}`),
          ] as const,
        ]
      : []),
  ];
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size="lg"
      title={t('provision.details.title', { port: portName(row.port) })}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="board-details">
        <dl className="facts">
          {known.map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {board === undefined || identity.configuration === null ? null : (
          <section>
            <h3>{t('provision.details.changes')}</h3>
            {facts.problem === null ? (
              <BoardChanges identity={identity} board={board} settings={settingsOf(form, facts.networks)} />
            ) : (
              <p className="secondary">
                {t('provision.batch.autoNeeds', { what: t(`provision.block.form.${facts.problem}`) })}
              </p>
            )}
          </section>
        )}
        {identity.blank || facts.state.locked ? null : (
          <button type="button" className="button" onClick={props.onImprov}>
            {t('provision.improv.start')}
          </button>
        )}
        <section>
          <h3>{t('provision.details.partitions')}</h3>
          <PartitionMap partitions={identity.partitions} flashBytes={flashBytes} />
        </section>
        <BoardUpkeep identity={identity} locked={facts.state.locked} onChanged={props.onChanged} />
        {row.port.kind === 'virtual' && !facts.state.locked ? <UnplugDemoBoards /> : null}
      </div>
    </Drawer>
  );
}
