import { IconBulb, IconBulbFilled, IconInfoCircle, IconRefresh, IconTerminal2 } from '@tabler/icons-react';
import { useState, type KeyboardEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardIdentity } from '../../../shared/contract/boards.ts';
import type { BatchBoard } from '../../../shared/contract/provisioning.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useStack } from '../../app/live.ts';
import { Advice } from './advice.tsx';
import { BecomesDialog } from './becomes-dialog.tsx';
import { BoardDetails } from './board-details.tsx';
import { isSelectable, lookKey, type BoardRow } from './board-rows.ts';
import { PlugDemoBoard } from './demo-board.tsx';
import { ImprovDrawer } from './improv-drawer.tsx';
import { NetworkBoardDialog } from './network-board-dialog.tsx';
import { NoBoards } from './no-boards.tsx';
import { OnItNow } from './on-it-now.tsx';
import { BoardPicture } from './pictures.tsx';
import { portName } from './port-name.ts';
import { useProvision } from './provision-store.ts';
import type { ProvisionFacts } from './use-facts.ts';

/** The boards that are plugged in: which are meant, and what each becomes. */
export function PortsTable(props: {
  readonly facts: ProvisionFacts;
  onRescan: () => void;
  onBlink: (address: string) => Promise<void>;
}): ReactElement {
  const { t } = useTranslation();
  const { facts, onRescan } = props;
  const demoRunning = useStack()?.demo.running === true;
  const [adding, setAdding] = useState(false);
  const [edited, setEdited] = useState<BatchBoard>();
  const [detailed, setDetailed] = useState<string>();
  const [improv, setImprov] = useState<string>();
  const forgetLook = useProvision((state) => state.forgetLook);
  const shown = facts.rows.find((row) => row.port.address === detailed);
  const identity = useLastIdentity(shown);
  const asked = facts.rows.find((row) => row.port.address === improv)?.port;
  const { failure, run } = useFailure();
  const select = useProvision((state) => state.select);
  const selectable = facts.rows.filter(isSelectable);
  const all = selectable.length > 0 && facts.selected.length === selectable.length;
  return (
    <section className="pane ports-pane">
      <div className="pane-head">
        <h2>{t('provision.boards')}</h2>
        <span className="hint">{t('provision.found', { count: facts.rows.length })}</span>
        <span className="spacer" />
        {demoRunning && facts.rows.length > 0 && !facts.state.locked ? <PlugDemoBoard short /> : null}
        <button type="button" className="button" onClick={() => setAdding(true)}>
          {t('provision.network.add')}
        </button>
        <button type="button" className="button" onClick={onRescan} aria-keyshortcuts="R">
          <IconRefresh size={18} aria-hidden="true" />
          {t('provision.rescan')}
        </button>
      </div>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {facts.rows.length === 0 ? (
        <NoBoards />
      ) : (
        <table className="ports">
          <thead>
            <tr>
              <td className="tick">
                <label>
                  <input
                    type="checkbox"
                    aria-label={t('provision.selectAll')}
                    checked={all}
                    disabled={selectable.length === 0 || facts.state.locked}
                    onChange={() =>
                      select(
                        selectable.map((row) => row.port.address),
                        !all,
                      )
                    }
                  />
                </label>
              </td>
              <th scope="col" className="port-name">
                {t('provision.columns.port')}
              </th>
              <th scope="col" className="port-board">
                {t('provision.columns.board')}
              </th>
              <th scope="col">{t('provision.columns.now')}</th>
              <th scope="col">{t('provision.columns.becomes')}</th>
              <th scope="col" className="port-actions">
                <span className="visually-hidden">{t('provision.columns.actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {facts.rows.map((row) => (
              <Row
                key={row.port.id}
                row={row}
                board={facts.boards.find((board) => board.address === row.port.address)}
                facts={facts}
                onEdit={setEdited}
                onDetails={setDetailed}
                onImprov={setImprov}
                onBlink={(address) => run(() => props.onBlink(address))}
                onRescan={onRescan}
              />
            ))}
          </tbody>
        </table>
      )}
      {shown === undefined || identity === undefined ? null : (
        <BoardDetails
          row={shown}
          identity={identity}
          facts={facts}
          onChanged={() => forgetLook(lookKey(shown.port))}
          onImprov={() => {
            setDetailed(undefined);
            setImprov(shown.port.address);
          }}
          onClose={() => setDetailed(undefined)}
        />
      )}
      {asked === undefined ? null : <ImprovDrawer port={asked} onClose={() => setImprov(undefined)} />}
      {adding ? <NetworkBoardDialog onClose={() => setAdding(false)} /> : null}
      {edited === undefined ? null : <BecomesDialog board={edited} onClose={() => setEdited(undefined)} />}
    </section>
  );
}

function Row(props: {
  readonly row: BoardRow;
  readonly board: BatchBoard | undefined;
  readonly facts: ProvisionFacts;
  onEdit: (board: BatchBoard) => void;
  onDetails: (address: string) => void;
  onImprov: (address: string) => void;
  onBlink: (address: string) => void;
  onRescan: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { row, board, facts } = props;
  const { select, blinking, monitor } = useProvision();
  const { address } = row.port;
  const name = portName(row.port);
  const can = isSelectable(row) && !facts.state.locked;
  const chosen = board !== undefined;
  const lit = blinking === address;
  const known = row.look?.state === 'known' ? row.look.identity : undefined;
  const version = facts.firmware?.version ?? '';
  const note =
    row.kind === 'sensor' && row.device !== undefined && version !== ''
      ? t('provision.alreadyHere', { version })
      : row.kind === 'refused'
        ? t('provision.refused')
        : row.kind === 'other'
          ? t('provision.improv.note')
          : null;
  return (
    <>
      {/* The checkbox in it is the control for keyboard and screen reader; the row only enlarges it. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions */}
      <tr
        className={`board-row ${chosen ? 'chosen' : ''} ${can ? 'can' : ''} ${note === null && row.kind !== 'failed' ? '' : 'has-note'}`}
        data-address={address}
        onClick={(event) => {
          if (can && event.target instanceof Element && event.target.closest('button, label, a') === null)
            select([address], !chosen);
        }}
      >
        <td className="tick">
          <label>
            <input
              type="checkbox"
              aria-label={t('provision.select', { port: name })}
              checked={chosen}
              disabled={!can}
              onChange={() => select([address], !chosen)}
              onKeyDown={moveBetweenRows}
            />
          </label>
        </td>
        <th scope="row" className="port-name">
          {name}
          <span className="secondary">
            {row.port.chip ?? row.port.maker ?? t(`provision.kind.${row.port.kind}`)}
          </span>
        </th>
        <td className="port-board">
          <BoardPicture lit={lit} dim={known === undefined} />
          <span>
            {known?.description ?? t(row.kind === 'reading' ? 'provision.reading' : 'provision.notRead')}
            <span className="secondary">{known?.mac ?? ''}</span>
          </span>
        </td>
        <td className="port-now">
          <OnItNow row={row} />
        </td>
        <td className="port-becomes">
          {board === undefined ? (
            <span className="secondary">{row.device?.name ?? '–'}</span>
          ) : (
            <button type="button" className="becomes" onClick={() => props.onEdit(board)}>
              <strong>{board.name === '' ? t('provision.unnamed') : board.name}</strong>
              <span>{board.position === '' ? t('provision.noPosition') : board.position}</span>
              <span className="visually-hidden">{t('provision.becomesFor', { port: name })}</span>
            </button>
          )}
        </td>
        <td className="port-actions">
          <button
            type="button"
            className={lit ? 'button blinking' : 'button'}
            disabled={
              row.kind === 'failed' || row.kind === 'busy' || row.kind === 'reading' || facts.state.locked
            }
            aria-label={t(lit ? 'provision.blinkingOn' : 'provision.blinkOn', { port: name })}
            title={t(lit ? 'provision.blinking' : 'provision.blink')}
            aria-keyshortcuts="B"
            onClick={() => props.onBlink(address)}
          >
            {lit ? (
              <IconBulbFilled size={18} aria-hidden="true" />
            ) : (
              <IconBulb size={18} aria-hidden="true" />
            )}
            <span className="blink-word">{t(lit ? 'provision.blinking' : 'provision.blink')}</span>
          </button>
          <button
            type="button"
            className="icon-button"
            disabled={known === undefined || row.kind === 'busy'}
            aria-label={t('provision.details.openFor', { port: name })}
            title={t('provision.details.open')}
            onClick={() => props.onDetails(address)}
          >
            <IconInfoCircle size={20} aria-hidden="true" />
          </button>
          <button
            type="button"
            className="icon-button"
            disabled={row.kind === 'busy' || facts.state.locked}
            aria-label={t('provision.monitor.openFor', { port: name })}
            title={t('provision.monitor.open')}
            onClick={() => monitor(address)}
          >
            <IconTerminal2 size={20} aria-hidden="true" />
          </button>
        </td>
      </tr>
      {row.look?.state === 'failed' && row.kind === 'failed' ? (
        <tr className="port-note">
          <td colSpan={6}>
            <Advice address={address} error={row.look.error} onRescan={props.onRescan} />
          </td>
        </tr>
      ) : note === null ? null : (
        <tr className={chosen ? 'port-note chosen' : 'port-note'}>
          <td colSpan={6} className="secondary">
            {row.kind === 'other' ? (
              <div className="advice">
                <p>{note}</p>
                <button
                  type="button"
                  className="button"
                  disabled={facts.state.locked}
                  aria-label={t('provision.improv.startFor', { port: name })}
                  onClick={() => props.onImprov(address)}
                >
                  {t('provision.improv.start')}
                </button>
              </div>
            ) : (
              note
            )}
          </td>
        </tr>
      )}
    </>
  );
}

/** Who the board is, kept while it is read again: the panel beside it stays. */
function useLastIdentity(row: BoardRow | undefined): BoardIdentity | undefined {
  const [last, setLast] = useState<BoardIdentity>();
  const now = row?.look?.state === 'known' ? row.look.identity : undefined;
  if (now !== undefined && now !== last) setLast(now);
  return now ?? (last?.address === row?.port.address ? last : undefined);
}

/** Up and Down walk from checkbox to checkbox; Space selects as everywhere. */
function moveBetweenRows(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  event.preventDefault();
  const boxes = [
    ...(event.currentTarget
      .closest('tbody')
      ?.querySelectorAll<HTMLInputElement>('.board-row input:not(:disabled)') ?? []),
  ];
  boxes[boxes.indexOf(event.currentTarget) + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
}
