import type { SiteCheck } from '../../shared/contract/site-check.ts';
import { csvCell } from '../foundation/csv-cell.ts';

const head =
  'check_id,site_ref,finished_at,technician,device_mac_addr,name,zone,position,check,result,cause,measured,wanted';

/** One line per device and line of the list; times are UTC. */
export function checkCsv(check: SiteCheck): string {
  const finished = new Date(check.finishedMs).toISOString();
  const lines = check.items.flatMap((device) =>
    device.lines.map((line) =>
      [
        check.id,
        check.siteRef,
        finished,
        check.technician,
        device.mac,
        device.name,
        device.zone,
        device.position,
        line.check,
        line.result,
        line.cause,
        line.measured,
        line.wanted,
      ]
        .map(csvCell)
        .join(','),
    ),
  );
  return `${[head, ...lines].join('\r\n')}\r\n`;
}
