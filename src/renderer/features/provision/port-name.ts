import type { PortInfo } from '../../../shared/contract/ports.ts';
import type { ErrorReport } from '../../../shared/domain/app-error.ts';

/** What a person calls the port: its own label, else `ttyUSB0`, `COM5`, `pi.local:4000`. */
export function portName(port: Pick<PortInfo, 'label' | 'address'>): string {
  return port.label !== null && port.label !== '' ? port.label : shortAddress(port.address);
}

export function shortAddress(address: string): string {
  return address.replace(/^\/dev\//, '').replace(/^[a-z\d+.-]+:\/\//i, '');
}

/** The same failure, naming the port as a person does. */
export function namingPort(
  error: ErrorReport,
  port: Pick<PortInfo, 'label' | 'address'> | undefined,
): ErrorReport {
  if (port === undefined || error.data['address'] !== port.address) return error;
  return { ...error, data: { ...error.data, address: portName(port) } };
}
