import { randomUUID } from 'node:crypto';
import type { Site, Zone } from '../../shared/contract/devices.ts';
import type { Handlers } from '../../shared/contract/contract.ts';
import type { ChecklistTemplate } from '../../shared/contract/survey.ts';
import type { SurveyPart } from '../../shared/contract/survey-parts.ts';

type Wish = Parameters<Handlers['survey']['create']>[0];

const usual = {
  recordSeconds: 60,
  readingsLeast: 3,
  /** °C, % relative humidity, dB: what a DHT22 and a radio do by themselves. */
  stableWithin: { temperature: 0.3, humidity: 2, rssi: 8 },
} as const;

export interface KnownOfSite {
  readonly site: Site | undefined;
  readonly zones: readonly Zone[];
  readonly rssiLeastDbm: number;
  readonly template: ChecklistTemplate | undefined;
}

/** The parts that a survey begins with. */
export function firstParts(
  id: string,
  wish: Wish,
  { site, zones, rssiLeastDbm, template }: KnownOfSite,
): readonly SurveyPart[] {
  const { title, siteRef, siteName, customerName, siteType, technician, language, timeZone } = wish;
  return [
    {
      kind: 'project',
      id,
      title,
      customer: { name: customerName, address: '', contact: '' },
      siteRef,
      siteName: siteName || (site?.name.slice(0, 200) ?? ''),
      siteType,
      technician,
      purpose: '',
      language,
      timeZone,
    },
    {
      kind: 'criteria',
      id,
      rssiLeastDbm,
      ...usual,
      useZoneLimits: true,
      stableSecondsLeast: 0,
      coverageLeast: null,
      fixedMs: null,
    },
    ...zones.map((zone, order): SurveyPart => ({
      kind: 'zone',
      id: randomUUID(),
      order,
      name: zone.name,
      siteZoneId: zone.id,
      roomId: null,
      planId: null,
      outline: null,
      temperatureMin: zone.temperatureMin,
      temperatureMax: zone.temperatureMax,
      humidityMin: zone.humidityMin,
      humidityMax: zone.humidityMax,
    })),
    ...(template?.items ?? []).map(({ group, text }, order): SurveyPart => ({
      kind: 'checklist-item',
      id: randomUUID(),
      order,
      text,
      group,
      result: 'open',
      reason: '',
      answeredMs: null,
    })),
  ];
}
