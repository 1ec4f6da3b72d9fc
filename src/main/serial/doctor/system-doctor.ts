import type { PortAdvice } from '../../../shared/contract/ports.ts';
import { listUsbDevices } from '../ports/usb-devices.ts';
import { consult, type Complaint, type PortDoctorParts } from './port-doctor.ts';
import { deviceGroup, readSystemFacts, systemName } from './system-facts.ts';

/** The doctor of this machine. */
export function systemDoctor(
  parts: Pick<PortDoctorParts, 'ports' | 'notes' | 'usedBy'>,
): (complaint: Complaint) => Promise<PortAdvice | null> {
  const all: PortDoctorParts = {
    ...parts,
    facts: () => readSystemFacts(),
    usbDevices: () => listUsbDevices(systemName()),
    deviceGroup: (path) => deviceGroup(path),
  };
  return (complaint) => consult(all, complaint);
}
