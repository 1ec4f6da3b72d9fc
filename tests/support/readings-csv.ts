/** One reading of a file; epoch milliseconds, °C, % relative humidity. */
export interface CsvReading {
  readonly mac: string;
  readonly timeMs: number;
  readonly temperature: number;
  readonly humidity: number;
}

export const exportHeading = 'device_mac_addr,device_name,site_ref,time,temperature,humidity,reception_time';

/** In the form of the application's own export. */
export function exportCsv(rows: readonly CsvReading[]): string {
  const lines = rows.map(({ mac, timeMs, temperature, humidity }) => {
    const time = new Date(timeMs).toISOString();
    return `${mac},"Cellar, left",SITE_001,${time},${temperature},${humidity},${time}`;
  });
  return [exportHeading, ...lines, ''].join('\r\n');
}
