import { humidityUnit } from '../../components/format.ts';
import type { TFunction } from 'i18next';
import { lineStyle, readColours, type ChartColours } from '../../components/chart/chart-colours.ts';
import { paintPlot, scaleOf } from '../../components/chart/paint-plot.ts';
import { momentText } from '../../components/chart/time-axis.ts';
import type { ViewRange } from '../../components/chart/view-range.ts';
import { saveFile } from '../../components/save-file.ts';
import { fileName } from './file-names.ts';
import type { ChartContent, ChartPair } from './history-charts.tsx';
import type { HistorySensor } from './history-sensors.ts';

const width = 1_400;
const edge = 32;
/** Its own pixels per CSS pixel: sharp in a printed report. */
const ratio = 2;

interface Picture {
  readonly pair: ChartPair;
  readonly sensors: readonly HistorySensor[];
  readonly range: ViewRange;
  readonly t: TFunction;
  readonly language: string;
}

/** The charts as a PNG that explains itself: title, site, range, limits, devices and the date it was made. */
export async function savePicture(picture: Picture): Promise<void> {
  const canvas = drawPicture(picture);
  const file = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (file === null) throw new Error('the browser could not make a picture');
  saveFile({ fileName: fileName(picture.sensors, picture.range, 'history', 'png'), file });
}

function drawPicture({ pair, sensors, range, t, language }: Picture): HTMLCanvasElement {
  const colours = readColours();
  const legendRows = Math.ceil(sensors.length / 3);
  const headHeight = 112 + legendRows * 22;
  const charts: readonly {
    readonly content: ChartContent;
    readonly name: string;
    readonly height: number;
  }[] = [
    { content: pair.temperature, name: `${t('history.temperature')}, °C`, height: 380 },
    { content: pair.humidity, name: `${t('history.humidity')}, ${humidityUnit()}`, height: 220 },
  ];
  const height = headHeight + charts.reduce((sum, chart) => sum + chart.height + 34, 0) + edge;
  const canvas = document.createElement('canvas');
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const ctx = canvas.getContext('2d');
  if (ctx === null) throw new Error('the browser has no canvas');
  ctx.scale(ratio, ratio);
  ctx.fillStyle = colours.surface;
  ctx.fillRect(0, 0, width, height);
  drawHead(ctx, { pair, sensors, range, t, language }, colours);
  let top = headHeight;
  for (const { content, name, height: chartHeight } of charts) {
    write(ctx, name, edge, top + 14, `650 15px ${colours.font}`, colours.ink);
    ctx.save();
    ctx.translate(edge, top + 30);
    const scale = scaleOf(content.spec, range, { width: width - 2 * edge, height: chartHeight });
    paintPlot(ctx, content.spec, scale, colours);
    ctx.restore();
    top += chartHeight + 34;
  }
  return canvas;
}

function drawHead(ctx: CanvasRenderingContext2D, picture: Picture, colours: ChartColours): void {
  const { sensors, range, t, language, pair } = picture;
  const now = Date.now();
  const sites = [...new Set(sensors.map(({ view }) => view.device.siteRef ?? ''))].filter(
    (site) => site !== '',
  );
  const limits = [
    ...pair.temperature.spec.limits.map((set) => ({ ...set, unit: '°C' })),
    ...pair.humidity.spec.limits.map((set) => ({ ...set, unit: humidityUnit() })),
  ].map(({ min, max, letters, unit }) => {
    const text = [min, max].map((value) => (value === null ? '…' : String(value))).join(' – ');
    return `${letters === '' ? '' : `${letters}: `}${text} ${unit}`;
  });
  write(
    ctx,
    t('history.pictureTitle', { sites: sites.join(', ') }),
    edge,
    44,
    `600 27px ${colours.font}`,
    colours.ink,
  );
  const facts = [
    t('history.range', {
      from: momentText(range.fromMs, language, 0),
      to: momentText(range.toMs, language, 0),
    }),
    limits.length === 0
      ? t('components.noLimits')
      : t('history.pictureLimits', { limits: limits.join(', ') }),
    t('history.pictureMade', { time: momentText(now, language, 0) }),
  ];
  write(ctx, facts.join('   '), edge, 74, `400 14px ${colours.font}`, colours.ink2);
  sensors.forEach((sensor, nth) => {
    const x = edge + (nth % 3) * ((width - 2 * edge) / 3);
    const y = 104 + Math.floor(nth / 3) * 22;
    const style = lineStyle(sensor.slot, 'series', colours);
    ctx.strokeStyle = style.colour;
    ctx.lineWidth = 2.5;
    ctx.setLineDash([...style.dash]);
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x + 36, y);
    ctx.stroke();
    ctx.setLineDash([]);
    const place = [sensor.view.zone?.name, sensor.view.device.position]
      .filter((part) => part !== undefined && part !== '')
      .join(', ');
    write(
      ctx,
      `${sensor.letter}  ${sensor.label}  ${place}`,
      x + 46,
      y,
      `450 14px ${colours.font}`,
      colours.ink,
    );
  });
}

function write(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  font: string,
  colour: string,
): void {
  ctx.font = font;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}
