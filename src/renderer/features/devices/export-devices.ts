import { csvCell } from '../../components/format.ts';
import type { DeviceView } from './device-view.ts';

/** Hands the list to the browser as `devices.csv`, one row per device, times in ISO 8601 UTC. */
export function exportDevices(views: readonly DeviceView[]): void {
  const head = [
    'device_mac_addr',
    'name',
    'site_ref',
    'position',
    'status',
    'temperature',
    'humidity',
    'rssi',
    'free_heap',
    'uptime',
    'ntp_sync',
    'last_seen',
    'firmware',
  ];
  const rows = views.map(({ device, presence }) => [
    device.mac,
    device.name,
    device.siteRef,
    device.position,
    presence,
    device.temperature,
    device.humidity,
    device.rssi,
    device.freeHeap,
    device.uptime,
    device.ntpSync === null ? null : String(device.ntpSync),
    device.seenMs === null ? null : new Date(device.seenMs).toISOString(),
    device.firmware,
  ]);
  const text = [head, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text, '\r\n'], { type: 'text/csv' }));
  link.download = 'devices.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}
