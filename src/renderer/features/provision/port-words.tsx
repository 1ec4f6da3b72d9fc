import { useCallback, type ReactElement } from 'react';
import { usePorts } from '../../app/live.ts';
import { portName, shortAddress } from './port-name.ts';

/** What a person calls the port at an address; a port that is gone has only its address left. */
export function usePortName(): (address: string) => string {
  const ports = usePorts();
  return useCallback(
    (address) => portName(ports?.find((port) => port.address === address) ?? { label: null, address }),
    [ports],
  );
}

/** The port by its name, with the path as a detail where that is another, and where the board is. */
export function PortWords(props: { readonly address: string; readonly position: string }): ReactElement {
  const name = usePortName()(props.address);
  const path = shortAddress(props.address);
  return (
    <>
      {name}
      {name === path ? null : <span className="hint"> {path}</span>}
      {props.position === '' ? null : ` · ${props.position}`}
    </>
  );
}
