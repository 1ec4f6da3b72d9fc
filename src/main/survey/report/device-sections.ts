import { completeness, verdictOf } from '../../../shared/domain/period-verdict.ts';
import type { Verdict } from '../../../shared/domain/survey/judge-survey.ts';
import type { MappingRoom, MappingStudy } from '../../../shared/domain/survey/mapping-study.ts';
import type { SurveyContents } from '../../../shared/domain/survey/survey-contents.ts';
import { drawChart } from './line-chart.ts';
import type { DeviceChart } from './report-input.ts';
import { ink, type Sheet } from './sheet.ts';
import { drawTable } from './table.ts';

export function drawDevices(sheet: Sheet, { placements, points }: SurveyContents): void {
  const { text } = sheet;
  const { columns, sections, none } = text.words;
  sheet.section(sections.devices);
  if (placements.length === 0) {
    sheet.line(none.devices);
    return;
  }
  drawTable(
    sheet,
    [
      { title: columns.device, share: 2.2, wraps: true },
      { title: columns.mac, share: 2.7 },
      { title: columns.point, share: 2.4, wraps: true },
      { title: columns.firmware, share: 2.1 },
      { title: columns.record, share: 2.5, wraps: true },
      { title: columns.firstReading, share: 4.1, wraps: true },
      { title: columns.rssi, share: 1.6, align: 'right' },
    ],
    placements.map((placement) => {
      const point = points.find(({ id }) => id === placement.pointId);
      const { commissioning, firstReading } = placement;
      return [
        placement.name,
        placement.mac,
        [point?.label ?? '', point?.name ?? ''].filter((part) => part !== '').join(' '),
        placement.firmware ?? '–',
        commissioning?.finishedMs === undefined || commissioning.finishedMs === null
          ? '–'
          : text.moment(commissioning.finishedMs),
        firstReading === null
          ? '–'
          : `${text.moment(firstReading.timeMs)}\n${text.maybe(firstReading.temperature, 1)}\u00A0°C, ${text.maybe(firstReading.humidity, 1)}\u00A0%`,
        text.maybe(placement.rssi),
      ];
    }),
  );
}

/** Both quantities of one device, one below the other. */
export function drawDeviceCharts(sheet: Sheet, chart: DeviceChart): void {
  const { text } = sheet;
  const { words } = text;
  const name = [chart.place, chart.name === '' ? chart.mac : chart.name]
    .filter((part) => part !== '')
    .join(', ');
  const { limits } = chart.summary;
  sheet.ensure(250);
  const range = words.range(text.moment(chart.fromMs), text.moment(chart.toMs));
  drawChart(sheet, {
    title: `${name}: ${words.columns.temperature}`,
    subtitle: range,
    line: chart.temperature,
    fromMs: chart.fromMs,
    toMs: chart.toMs,
    lowest: limits.temperatureMin,
    highest: limits.temperatureMax,
    digits: 1,
    colour: ink.temperature,
    reach: 2,
    height: 118,
  });
  drawChart(sheet, {
    title: `${name}: ${words.columns.humidity}`,
    subtitle: '',
    line: chart.humidity,
    fromMs: chart.fromMs,
    toMs: chart.toMs,
    lowest: limits.humidityMin,
    highest: limits.humidityMax,
    digits: 0,
    colour: ink.humidity,
    reach: 10,
    height: 78,
  });
  sheet.note(
    chart.stepMs === null
      ? words.figures.everyReading
      : words.figures.resolution(text.duration(chart.stepMs)),
  );
  sheet.y += 6;
}

const verdictOfPeriod: Readonly<Record<ReturnType<typeof verdictOf>, Verdict>> = {
  conforms: 'pass',
  'does-not-conform': 'fail',
  'not-proven': 'open',
  'no-limits': 'open',
};

/** What each device kept over the recorded period. */
export function drawConformity(
  sheet: Sheet,
  devices: readonly Omit<DeviceChart, 'temperature' | 'humidity'>[],
): void {
  const { text } = sheet;
  const { columns, sections } = text.words;
  if (devices.length === 0) return;
  sheet.section(sections.conformity);
  const range = (low: number | null, high: number | null): string =>
    `${text.maybe(low, 1)}…${text.maybe(high, 1)}`;
  drawTable(
    sheet,
    [
      { title: columns.device, share: 3, wraps: true },
      { title: columns.temperature, share: 2.6, align: 'right' },
      { title: columns.limit, share: 2.2, align: 'right' },
      { title: columns.humidity, share: 2.4, align: 'right' },
      { title: columns.limit, share: 2.2, align: 'right' },
      { title: columns.outside, share: 1.8, align: 'right' },
      { title: columns.gap, share: 1.9, align: 'right' },
      { title: columns.complete, share: 1.7, align: 'right' },
      { title: columns.verdict, share: 3.4 },
    ],
    devices.map(({ name, mac, place, summary }) => {
      const { temperature, humidity, limits, outsideMs, longestGap } = summary;
      const complete = completeness(summary);
      return [
        [place, name === '' ? mac : name].filter((part) => part !== '').join(', '),
        range(temperature.min, temperature.max),
        range(limits.temperatureMin, limits.temperatureMax),
        range(humidity.min, humidity.max),
        range(limits.humidityMin, limits.humidityMax),
        text.duration(Math.max(outsideMs.temperature, outsideMs.humidity)),
        longestGap === null ? '–' : text.duration(longestGap.toMs - longestGap.fromMs),
        complete === null ? '–' : text.share(complete),
        { verdict: verdictOfPeriod[verdictOf(summary)] },
      ];
    }),
  );
}

const excursionsShown = 60;

export function drawMapping(sheet: Sheet, study: MappingStudy): void {
  const { text } = sheet;
  const { columns, sections, mapping, range } = text.words;
  sheet.section(sections.mapping, 200);
  sheet.line(range(text.moment(study.fromMs), text.moment(study.toMs)), { bold: true });
  sheet.line(mapping.intro);
  for (const doubt of study.doubts) sheet.line(mapping.doubts[doubt], { bold: true, colour: ink.open });
  const roomRow = (room: MappingRoom, name: string): readonly string[] => [
    name,
    text.number(room.sensors),
    text.maybe(room.min, 1),
    text.maybe(room.mean, 2),
    text.maybe(room.max, 1),
    text.maybe(room.kinetic, 2),
    text.maybe(room.unevenness, 2),
    spot(room.hotSpot),
    spot(room.coldSpot),
  ];
  const spot = (sensor: MappingRoom['hotSpot']): string => sensor?.place ?? '–';
  drawTable(
    sheet,
    [
      { title: columns.room, share: 3, wraps: true },
      { title: columns.sensors, share: 1.4, align: 'right' },
      { title: columns.min, share: 1.5, align: 'right' },
      { title: columns.mean, share: 1.5, align: 'right' },
      { title: columns.max, share: 1.5, align: 'right' },
      { title: columns.kinetic, share: 1.4, align: 'right' },
      { title: columns.unevenness, share: 2.1, align: 'right' },
      { title: columns.hotSpot, share: 1.7 },
      { title: columns.coldSpot, share: 1.7 },
    ],
    [
      ...study.rooms.map((room) => roomRow(room, room.room === '' ? mapping.noRoom : room.room)),
      ...(study.rooms.length > 1 ? [roomRow(study.whole, mapping.wholeSite)] : []),
    ],
  );
  drawTable(
    sheet,
    [
      { title: columns.device, share: 3.2, wraps: true },
      { title: columns.count, share: 1.5, align: 'right' },
      { title: columns.min, share: 1.5, align: 'right' },
      { title: columns.mean, share: 1.5, align: 'right' },
      { title: columns.max, share: 1.5, align: 'right' },
      { title: columns.deviation, share: 1.6, align: 'right' },
      { title: columns.spread, share: 1.5, align: 'right' },
      { title: columns.kinetic, share: 1.4, align: 'right' },
      { title: columns.gap, share: 2, align: 'right' },
    ],
    study.sensors.map((sensor) => [
      [sensor.place, sensor.name === '' ? sensor.mac : sensor.name].filter((part) => part !== '').join(', '),
      text.number(sensor.rows),
      text.maybe(sensor.min, 1),
      text.maybe(sensor.mean, 2),
      text.maybe(sensor.max, 1),
      text.maybe(sensor.standardDeviation, 2),
      sensor.min === null || sensor.max === null ? '–' : text.number(sensor.max - sensor.min, 1),
      text.maybe(sensor.kinetic, 2),
      sensor.longestGapMs === null ? '–' : text.duration(sensor.longestGapMs),
    ]),
  );
  sheet.heading(mapping.excursions);
  const all = study.sensors
    .flatMap((sensor) => sensor.excursions.map((excursion) => ({ sensor, excursion })))
    .sort((a, b) => a.excursion.startMs - b.excursion.startMs);
  if (all.length === 0) sheet.line(mapping.noExcursions);
  else
    drawTable(
      sheet,
      [
        { title: columns.device, share: 3, wraps: true },
        { title: columns.start, share: 2.6 },
        { title: columns.end, share: 2.6 },
        { title: columns.duration, share: 1.6, align: 'right' },
        { title: columns.peak, share: 1.6, align: 'right' },
        { title: columns.limit, share: 1.6, align: 'right' },
      ],
      all
        .slice(0, excursionsShown)
        .map(({ sensor, excursion }) => [
          [sensor.place, sensor.name === '' ? sensor.mac : sensor.name]
            .filter((part) => part !== '')
            .join(', '),
          text.moment(excursion.startMs),
          excursion.endMs === null ? mapping.lasts : text.moment(excursion.endMs),
          text.duration(excursion.durationMs),
          text.degrees(excursion.peak),
          text.degrees(excursion.limit),
        ]),
    );
  if (all.length > excursionsShown) sheet.note(mapping.more(text.number(all.length - excursionsShown)));
}
