import { Drawer } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { PortInfo } from '../../../shared/contract/ports.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { BoardPages, ImprovFactList } from './improv-facts.tsx';
import { ImprovJoin } from './improv-join.tsx';
import { namingPort, portName } from './port-name.ts';
import { useImprov, type ImprovTalk } from './use-improv.ts';

/** Firmware of others, set up over its own serial line: who it is, what it hears, and the network that it joins. */
export function ImprovDrawer(props: { readonly port: PortInfo; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const talk = useImprov(props.port.address);
  const { facts } = talk;
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size="lg"
      title={t('provision.improv.title', { port: portName(props.port) })}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="improv">
        <Said talk={talk} />
        {talk.failure === undefined || (facts !== undefined && facts !== null) ? null : (
          <ErrorNotice error={namingPort(talk.failure, props.port)} />
        )}
        {facts === null ? <p className="secondary">{t('provision.improv.noneBody')}</p> : null}
        {facts === null || facts === undefined ? null : (
          <>
            <ImprovFactList facts={facts} />
            {talk.joined === null ? <BoardPages facts={facts} /> : null}
          </>
        )}
        {facts === null || facts === undefined ? (
          talk.asking ? null : (
            <div className="row-of">
              <button type="button" className="button" data-autofocus onClick={talk.ask}>
                {t('provision.improv.askAgain')}
              </button>
            </div>
          )
        ) : (
          <ImprovJoin facts={facts} talk={talk} port={props.port} />
        )}
      </div>
    </Drawer>
  );
}

/** What the board is, in one line that is read out. */
function Said({ talk }: { readonly talk: ImprovTalk }): ReactElement {
  const { t } = useTranslation();
  const [glyph, text] = said(talk);
  return (
    <p className="row-glyph" role="status">
      <StatusGlyph kind={glyph} />
      {t(`provision.improv.${text}`)}
    </p>
  );
}

function said({ facts, asking }: ImprovTalk): readonly [GlyphKind, string] {
  if (facts === null && !asking) return ['idle', 'none'];
  if (facts === undefined || facts === null) return asking ? ['busy', 'asking'] : ['idle', 'notAsked'];
  return facts.state === 'provisioned' ? ['ok', 'state.provisioned'] : ['idle', `state.${facts.state}`];
}
