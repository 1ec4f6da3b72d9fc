import type { PortInfo } from '../../../shared/contract/ports.ts';

/** What a person calls the port: its own label, else `ttyUSB0`, `COM5`, `pi.local:4000`. */
export function portName(port: Pick<PortInfo, 'label' | 'address'>): string {
  return port.label !== null && port.label !== '' ? port.label : shortAddress(port.address);
}

export function shortAddress(address: string): string {
  return address.replace(/^\/dev\//, '').replace(/^[a-z\d+.-]+:\/\//i, '');
}
