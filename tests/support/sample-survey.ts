import { createHash } from 'node:crypto';
import sharp from 'sharp';
import type { SurveyDocument, SurveyFile, SurveySample } from '../../src/shared/contract/survey.ts';
import type { SurveyPart } from '../../src/shared/contract/survey-parts.ts';
import { parseMacAddress, type MacAddress } from '../../src/shared/domain/mac-address.ts';
import { surveyDataText } from '../../src/shared/domain/survey-document.ts';
import { RecordingStatistics } from '../../src/shared/domain/survey-statistics.ts';

export interface SampleWish {
  readonly points: number;
  readonly devices: number;
  readonly photos: number;
  /** Messages of each recording. */
  readonly samples: number;
  readonly language: 'en' | 'fr';
  /** Pixels of a photo. */
  readonly photoSize?: { readonly width: number; readonly height: number };
}

export interface SampleSurvey {
  readonly document: SurveyDocument;
  readonly dataSha256: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export const sampleStartMs = Date.parse('2026-11-18T08:00:00Z');
const within = { temperature: 0.5, humidity: 3, rssi: 8 };

/** The n-th address of a made-up fleet. */
export function toMac(n: number): MacAddress {
  const hex = (0x1c6920000000 + n * 0x0107 + 1).toString(16).padStart(12, '0');
  const mac = parseMacAddress(hex);
  if (mac === undefined) throw new Error(`no MAC address: ${hex}`);
  return mac;
}

/** A version 4 UUID that is the same at every run. */
export function sampleId(kind: string, n: number): string {
  const hex = createHash('sha256').update(`${kind} ${n}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A finished and signed survey of a cold store: rooms, a plan to scale, recorded points, sensors, photos. */
export async function sampleSurvey(wish: SampleWish): Promise<SampleSurvey> {
  const french = wish.language === 'fr';
  const files = new Map<string, Uint8Array>();
  const described: SurveyFile[] = [];
  const keep = (
    id: string,
    kind: SurveyFile['kind'],
    content: Uint8Array,
    size: readonly [number, number],
  ): void => {
    files.set(id, content);
    described.push({
      id,
      kind,
      type: kind === 'photo' ? 'image/jpeg' : 'image/png',
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      widthPx: size[0],
      heightPx: size[1],
      metadata: { hadLocation: false, hadOther: false, removed: false },
    });
  };
  const planFile = sampleId('plan-file', 0);
  keep(planFile, 'plan', await planPng(), [planWidth, planHeight]);
  const photoSize = wish.photoSize ?? { width: 640, height: 480 };
  for (let n = 0; n < wish.photos; n++)
    keep(sampleId('photo-file', n), 'photo', await photoJpeg(n, photoSize), [
      photoSize.width,
      photoSize.height,
    ]);
  const ink = await signaturePng();
  for (const role of ['technician', 'customer'])
    keep(sampleId(`${role}-ink`, 0), 'signature', ink, [600, 200]);

  const samples: Record<string, SurveySample[]> = {};
  const rooms = french
    ? ['Chambre froide 1', 'Chambre froide 2', 'Congélateur', 'Quai de chargement']
    : ['Cold room 1', 'Cold room 2', 'Freezer', 'Loading dock'];
  const across = Math.ceil(Math.sqrt(wish.points * 1.6));
  const down = Math.ceil(wish.points / across);
  const meter = { mac: toMac(999), name: 'Meter' };
  const parts: SurveyPart[] = [
    {
      kind: 'project',
      id: sampleId('project', 0),
      title: french ? 'Entrepôt frigorifique du port' : 'Harbour Cold Store, acceptance',
      customer: {
        name: french ? 'Société frigorifique du Port, Saint-Malo' : 'Harbour Cold Store Ltd',
        address: french ? '12, quai de l’Écluse\n35400 Saint-Malo' : '4 Quay Street\nPort Haven',
        contact: french ? 'Mme Hélène Lefèvre' : 'Jane Carter, site manager',
      },
      siteRef: 'HCS',
      siteName: french ? 'Entrepôt du port' : 'Harbour Cold Store',
      siteType: 'cold-room',
      technician: french ? 'Noël Dupré' : 'Sam Miller',
      purpose: french
        ? 'Réception de l’installation avant la mise en exploitation.'
        : 'Acceptance of the installation before the store goes into service.',
      language: wish.language,
      timeZone: 'Europe/Paris',
    },
    {
      kind: 'criteria',
      id: sampleId('criteria', 0),
      rssiLeastDbm: -75,
      recordSeconds: 60,
      readingsLeast: Math.max(1, Math.floor(wish.samples / 4)),
      useZoneLimits: true,
      stableWithin: within,
      stableSecondsLeast: 0,
      coverageLeast: 0.8,
      fixedMs: sampleStartMs - 60_000,
    },
    ...rooms.map((name, n): SurveyPart => ({
      kind: 'room',
      id: sampleId('room', n),
      order: n,
      name,
      note: n === 2 ? (french ? 'Évaporateur au-dessus de la porte.' : 'Evaporator above the door.') : '',
      heightM: 4.2,
      planId: null,
      outline: null,
    })),
    {
      kind: 'plan',
      id: sampleId('plan', 0),
      order: 0,
      name: french ? 'Rez-de-chaussée' : 'Ground floor',
      fileId: planFile,
      widthPx: planWidth,
      heightPx: planHeight,
      source: { type: 'png', fileName: 'plan.png', page: null },
      scale: { a: [80, 80], b: [1520, 80], metres: 36 },
      northDeg: 30,
    },
    {
      kind: 'zone',
      id: sampleId('zone', 0),
      order: 0,
      name: french ? 'Froid positif' : 'Chilled',
      siteZoneId: null,
      roomId: null,
      planId: null,
      outline: null,
      temperatureMin: 2,
      temperatureMax: 8,
      humidityMin: 40,
      humidityMax: 85,
    },
  ];
  for (let n = 0; n < wish.points; n++) {
    const [x, y] = [
      140 + ((n % across) / Math.max(1, across - 1)) * 1320,
      140 + (Math.floor(n / across) / Math.max(1, down - 1)) * 720 + ((n * 37) % 40) - 20,
    ];
    const far = Math.hypot(x - 700, y - 520) / 800;
    const startedMs = sampleStartMs + n * 90_000;
    const recordingId = sampleId('recording', n);
    const measured = n !== 2;
    const bad = n === 6;
    if (measured) {
      const own = sampleValues(n, wish.samples, startedMs, {
        rssi: bad ? -84 : -52 - far * 20,
        temperature: 4.2 + Math.sin(x / 300) * 1.6,
        humidity: 66 + Math.cos(y / 200) * 6,
        mac: meter.mac,
      });
      samples[recordingId] = own;
      const statistics = new RecordingStatistics([meter], within);
      for (const sample of own) statistics.add(sample);
      parts.push({
        kind: 'recording',
        id: recordingId,
        pointId: sampleId('point', n),
        startedMs,
        plannedSeconds: 60,
        endedMs: startedMs + 60_000,
        state: 'complete',
        devices: [...statistics.get()],
        discarded: '',
      });
    }
    parts.push({
      kind: 'point',
      id: sampleId('point', n),
      order: n,
      label: `P${n + 1}`,
      name: bad ? (french ? 'Mur du fond' : 'Rear wall') : french ? `Étagère ${n + 1}` : `Rack ${n + 1}`,
      planId: sampleId('plan', 0),
      x,
      y,
      roomId: sampleId('room', n % rooms.length),
      zoneId: sampleId('zone', 0),
      heightM: 1.5,
      planned: true,
      state: measured ? 'done' : 'planned',
      problem: '',
      note: bad ? (french ? 'Dans l’ombre de l’évaporateur.' : 'In the shadow of the evaporator.') : '',
      recordingId: measured ? recordingId : null,
    });
  }
  for (let n = 0; n < wish.devices; n++)
    parts.push({
      kind: 'placement',
      id: sampleId('placement', n),
      pointId: sampleId('point', n % Math.max(1, wish.points)),
      mac: toMac(n),
      name: `CR${1 + (n % 4)}-${String(n + 1).padStart(2, '0')}`,
      by: 'scan',
      placedMs: sampleStartMs + 4 * 3_600_000 + n * 60_000,
      firmware: '1.4.2',
      commissioning: {
        recordId: n + 1,
        finishedMs: sampleStartMs - 86_400_000 + n * 60_000,
        result: 'ready',
        technician: 'Sam Miller',
        firmwareSha256: null,
        configurationSha256: null,
      },
      firstReading: {
        timeMs: sampleStartMs + 4 * 3_600_000 + n * 60_000 + 31_000,
        temperature: 5.1,
        humidity: 68.2,
      },
      rssi: -61 - (n % 9),
      note: '',
    });
  for (let n = 0; n < wish.photos; n++)
    parts.push({
      kind: 'photo',
      id: sampleId('photo', n),
      order: n,
      pointId: n === 0 ? null : sampleId('point', n),
      fileId: sampleId('photo-file', n),
      widthPx: photoSize.width,
      heightPx: photoSize.height,
      caption: french ? 'Capteur à sa place' : 'Sensor at its place',
      addedMs: sampleStartMs,
      keepsMetadata: false,
    });
  parts.push(
    {
      kind: 'issue',
      id: sampleId('issue', 0),
      order: 0,
      pointId: wish.points > 6 ? sampleId('point', 6) : null,
      text: french ? 'Ajouter un point d’accès dans le couloir.' : 'Add an access point in the corridor.',
      owner: french ? 'Client' : 'Customer',
      due: '2026-12-15',
      state: 'open',
    },
    ...[
      [french ? 'Portes fermées pendant la mesure' : 'Doors closed while measuring', 'pass'],
      [french ? 'Étalonnage à jour' : 'Calibration certificates at hand', 'pass'],
      [french ? 'Alarme essayée' : 'Alarm tried out', 'not-applicable'],
    ].map(([text = '', result = 'open'], n): SurveyPart => ({
      kind: 'checklist-item',
      id: sampleId('check', n),
      order: n,
      text,
      group: french ? 'Chambre froide' : 'Cold room',
      result: result as 'pass' | 'not-applicable',
      reason: '',
      answeredMs: sampleStartMs,
    })),
  );
  const unsigned: SurveyDocument = {
    format: 'datayoti-survey',
    version: 1,
    survey: {
      id: sampleId('survey', 0),
      rootId: sampleId('survey', 0),
      revision: 1,
      correctsId: null,
      correctionReason: '',
      state: 'finished',
      title: french ? 'Entrepôt frigorifique du port' : 'Harbour Cold Store, acceptance',
      customerName: french ? 'Société frigorifique du Port, Saint-Malo' : 'Harbour Cold Store Ltd',
      siteRef: 'HCS',
      siteName: french ? 'Entrepôt du port' : 'Harbour Cold Store',
      technician: french ? 'Noël Dupré' : 'Sam Miller',
      createdMs: sampleStartMs - 3_600_000,
      updatedMs: sampleStartMs + 6 * 3_600_000,
      finishedMs: sampleStartMs + 6 * 3_600_000,
      dataSha256: null,
      points: wish.points,
      donePoints: wish.points - 1,
      problemPoints: 0,
    },
    parts,
    samples,
    files: described,
  };
  const dataSha256 = createHash('sha256').update(surveyDataText(unsigned)).digest('hex');
  const signatures = (['technician', 'customer'] as const).map((role, n): SurveyPart => ({
    kind: 'signature',
    id: sampleId('signature', n),
    role,
    name:
      role === 'technician'
        ? french
          ? 'Noël Dupré'
          : 'Sam Miller'
        : french
          ? 'Hélène Lefèvre'
          : 'Jane Carter',
    position:
      role === 'technician' ? (french ? 'Technicien' : 'Technician') : french ? 'Directrice' : 'Site manager',
    signedMs: sampleStartMs + 6 * 3_600_000,
    fileId: sampleId(`${role}-ink`, 0),
    dataSha256,
  }));
  const document = { ...unsigned, parts: [...parts, ...signatures] };
  return { document: { ...document, survey: { ...document.survey, dataSha256 } }, dataSha256, files };
}

function sampleValues(
  seed: number,
  count: number,
  startedMs: number,
  around: { rssi: number; temperature: number; humidity: number; mac: SurveySample['mac'] },
): SurveySample[] {
  return Array.from({ length: count }, (_, n) => {
    const wave = Math.sin(seed * 1.7 + n * 0.9);
    const heartbeat = n % 2 === 1;
    return {
      mac: around.mac,
      timeMs: startedMs + Math.round(((n + 0.5) / count) * 60_000),
      temperature: heartbeat ? null : Number((around.temperature + wave * 0.1).toFixed(1)),
      humidity: heartbeat ? null : Number((around.humidity + wave * 0.4).toFixed(1)),
      rssi: heartbeat ? Math.round(around.rssi + wave * 2) : null,
    };
  });
}

const [planWidth, planHeight] = [1600, 1000];

function planPng(): Promise<Buffer> {
  const walls = [
    [80, 80, 1440, 840],
    [80, 80, 480, 400],
    [560, 80, 480, 400],
    [1040, 80, 480, 400],
  ];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${planWidth}" height="${planHeight}"><rect width="100%" height="100%" fill="#fff"/>${walls
    .map(
      ([x, y, w, h]) =>
        `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" stroke="#222" stroke-width="8"/>`,
    )
    .join('')}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** A gradient with grain, as large in bytes as a photo of that size. */
function photoJpeg(n: number, { width, height }: { width: number; height: number }): Promise<Buffer> {
  return sharp({
    create: {
      width,
      height,
      channels: 3,
      background: { r: 60 + ((n * 40) % 160), g: 110, b: 140 },
      noise: { type: 'gaussian', mean: 120, sigma: 12 },
    },
  })
    .jpeg({ quality: 85 })
    .withExif({
      IFD0: { Make: 'SampleCamera' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '48/1 38/1 0/1',
        GPSLongitudeRef: 'W',
        GPSLongitude: '2/1 0/1 0/1',
      },
    })
    .toBuffer();
}

function signaturePng(): Promise<Buffer> {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="200"><path d="M20 150 C 90 10, 130 10, 120 120 S 200 170, 240 80 S 300 180, 350 90 S 460 160, 580 60" fill="none" stroke="#10201D" stroke-width="6"/></svg>';
  return sharp(Buffer.from(svg)).png().toBuffer();
}
