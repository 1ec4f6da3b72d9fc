import type { SurveySample } from '../contract/survey.ts';
import type { DeviceStatistics, SurveyCriteria } from '../contract/survey-parts.ts';
import { RunningStatistic } from './running-statistic.ts';

/** Statistics of a recording as its samples come: of each of its devices, also of those that sent nothing. */
export class RecordingStatistics {
  readonly #devices: readonly {
    readonly mac: DeviceStatistics['mac'];
    readonly name: string;
    readonly temperature: RunningStatistic;
    readonly humidity: RunningStatistic;
    readonly rssi: RunningStatistic;
  }[];

  constructor(
    devices: readonly Pick<DeviceStatistics, 'mac' | 'name'>[],
    within: SurveyCriteria['stableWithin'],
  ) {
    this.#devices = devices.map(({ mac, name }) => ({
      mac,
      name,
      temperature: new RunningStatistic(within.temperature),
      humidity: new RunningStatistic(within.humidity),
      rssi: new RunningStatistic(within.rssi),
    }));
  }

  /** Samples come in the order of time. */
  add({ mac, timeMs, temperature, humidity, rssi }: SurveySample): void {
    const device = this.#devices.find((one) => one.mac === mac);
    if (device === undefined) return;
    if (temperature !== null) device.temperature.add(timeMs, temperature);
    if (humidity !== null) device.humidity.add(timeMs, humidity);
    if (rssi !== null) device.rssi.add(timeMs, rssi);
  }

  get(): readonly DeviceStatistics[] {
    return this.#devices.map(({ mac, name, temperature, humidity, rssi }) => ({
      mac,
      name,
      temperature: temperature.get(),
      humidity: humidity.get(),
      rssi: rssi.get(),
    }));
  }
}
