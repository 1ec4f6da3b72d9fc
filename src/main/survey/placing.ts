import { randomUUID } from 'node:crypto';
import type { SurveySample } from '../../shared/contract/survey.ts';
import type { SurveyPlacement } from '../../shared/contract/survey-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { parseMacAddress, type MacAddress } from '../../shared/domain/mac-address.ts';
import { loadDevices } from '../storage/queries/board-snapshot.ts';
import { listCommissioningRecords } from '../storage/queries/commissioning-records.ts';
import { waitingPlacements } from '../storage/queries/survey-parts.ts';
import { dropSignatures, unknownPart } from './change-parts.ts';
import type { SurveyStore } from './survey-store.ts';

/** Sensors that were put to their points and not heard since: their first reading belongs to the survey. */
export class Placing {
  readonly #store: SurveyStore;
  /** By placement. */
  readonly #waiting = new Map<string, { readonly surveyId: string; readonly mac: string }>();

  constructor(store: SurveyStore) {
    this.#store = store;
  }

  /** Whether there is a sensor that was placed and not heard yet. */
  get waits(): boolean {
    return this.#waiting.size > 0;
  }

  async open(): Promise<void> {
    this.#waiting.clear();
    for (const { surveyId, id, mac } of await waitingPlacements(this.#store.database))
      this.#waiting.set(id, { surveyId, mac });
  }

  /** @throws AppError as `survey.place` says */
  async place(
    surveyId: string,
    pointId: string,
    sensor: { readonly mac: MacAddress } | { readonly scanned: string },
    nowMs: number,
  ): Promise<{ readonly placementId: string; readonly mac: MacAddress; readonly name: string }> {
    const mac = 'mac' in sensor ? sensor.mac : macOfLabel(sensor.scanned);
    const { database } = this.#store;
    const [device] = await loadDevices(database, mac);
    if (device === undefined) throw new AppError('device.unknown', `${mac} is no adopted device.`, { mac });
    const [record] = await listCommissioningRecords(database, mac, 1);
    const placement: SurveyPlacement = {
      kind: 'placement',
      id: randomUUID(),
      pointId,
      mac,
      name: device.name,
      by: 'mac' in sensor ? 'list' : 'scan',
      placedMs: nowMs,
      firmware: device.firmware,
      commissioning:
        record === undefined
          ? null
          : {
              recordId: record.id,
              finishedMs: record.finishedMs,
              result: record.result,
              technician: record.technician,
              firmwareSha256: record.firmwareSha256,
              configurationSha256: record.configurationSha256,
            },
      firstReading: null,
      rssi: null,
      note: '',
    };
    await this.#store.edit(surveyId, (parts) => {
      if (parts.get('point', pointId) === undefined) throw unknownPart({ kind: 'point', id: pointId });
      for (const other of parts.all('placement'))
        if (other.mac === mac || other.pointId === pointId) parts.remove(other);
      parts.put(placement);
      dropSignatures(parts);
      return 'place';
    });
    this.#waiting.set(placement.id, { surveyId, mac });
    return { placementId: placement.id, mac, name: device.name };
  }

  /** Messages that were committed: the first reading and the first signal of sensors that wait for theirs. */
  async accept(samples: readonly SurveySample[]): Promise<void> {
    for (const [placementId, { surveyId, mac }] of this.#waiting) {
      const own = samples.filter((sample) => sample.mac === mac);
      if (own.length > 0) await this.#fill(surveyId, placementId, own);
    }
  }

  async #fill(surveyId: string, placementId: string, samples: readonly SurveySample[]): Promise<void> {
    try {
      await this.#store.edit(surveyId, (parts) => {
        const placement = parts.get('placement', placementId);
        if (placement === undefined) {
          this.#waiting.delete(placementId);
          return null;
        }
        const reading = samples.find(({ temperature }) => temperature !== null);
        const beat = samples.find(({ rssi }) => rssi !== null);
        const filled: SurveyPlacement = {
          ...placement,
          firstReading:
            placement.firstReading ??
            (reading === undefined
              ? null
              : {
                  timeMs: reading.timeMs,
                  temperature: reading.temperature,
                  humidity: reading.humidity,
                }),
          rssi: placement.rssi ?? beat?.rssi ?? null,
        };
        parts.put(filled);
        dropSignatures(parts);
        if (filled.firstReading !== null && filled.rssi !== null) this.#waiting.delete(placementId);
        return null;
      });
    } catch (error) {
      // A survey that was finished or removed waits for nothing.
      if (!(error instanceof AppError) || !error.code.startsWith('survey.')) throw error;
      this.#waiting.delete(placementId);
    }
  }
}

/** The first line of a label is the board's address. @throws AppError `survey.label-unreadable` */
export function macOfLabel(text: string): MacAddress {
  for (const line of text.split(/[\r\n]+/)) {
    const mac = parseMacAddress(line);
    if (mac !== undefined) return mac;
  }
  throw new AppError('survey.label-unreadable', 'The label names no sensor.');
}
