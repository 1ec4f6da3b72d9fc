import { Fleet, type Place } from '../../src/main/health/index.ts';
import type { SettledMessage } from '../../src/main/health/settled-message.ts';
import { watchFleet } from '../../src/main/health/watch-fleet.ts';
import { engineInput, AlertEngine } from '../../src/main/alerts/index.ts';
import { defaultAlertRules } from '../../src/shared/domain/alert-rules.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { calmStack } from '../support/bad-day.ts';

/** `npm run bench:health`: what judging a fleet of 5 000 boards costs, hours of each behind it. */
const boards = Number(process.argv[2] ?? 5_000);
const minuteMs = 60_000;
const hours = 2;
const endMs = Date.UTC(2025, 10, 20, 12);
const macOf = (index: number): MacAddress =>
  `1C:69:20:${[16, 8, 0].map((shift) => ((index >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`.toUpperCase() as MacAddress;

const places: readonly Place[] = Array.from({ length: boards }, (_, index) => ({
  mac: macOf(index),
  siteRef: `SITE_${index % 50}`,
  limits: { temperatureMin: 2, temperatureMax: 8, humidityMin: null, humidityMax: null },
}));

/** Figures that move as real ones do; the same in each run. */
let seed = 1;
const noise = (): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
  return seed / 2 ** 31;
};

function minuteOf(place: Place, timeMs: number): readonly SettledMessage[] {
  const common = { mac: place.mac, timeMs, clockFaulty: false } as const;
  const message = { receivedMs: timeMs };
  return [
    {
      decoded: {
        ...common,
        kind: 'reading',
        temperature: Math.round(50 + noise() * 10) / 10,
        humidity: 60.1 + noise(),
      },
      reason: null,
      message,
    },
    {
      decoded: {
        ...common,
        kind: 'heartbeat',
        rssi: -60 - Math.round(noise() * 10),
        freeHeap: 200_000 - Math.round(noise() * 5_000),
        uptime: Math.round((timeMs - endMs) / 1000) + 1_000_000,
        minHeap: null,
        ntpSync: true,
        siteRef: null,
        firmware: '2.4.1',
        chip: null,
        ip: null,
        resetReason: null,
        queued: null,
      },
      reason: null,
      message,
    },
  ];
}

function timed(name: string, times: number, work: (index: number) => unknown): void {
  const took = Array.from({ length: times }, (_, index) => {
    // Processor time: what else this machine does is none of it.
    const from = process.cpuUsage();
    work(index);
    const { user, system } = process.cpuUsage(from);
    return (user + system) / 1_000;
  }).sort((a, b) => a - b);
  const ms = (value: number | undefined): string => (value ?? 0).toFixed(1);
  console.log(
    `${name}: ${ms(took[took.length >> 1])} ms in the middle of ${times}, worst ${ms(took.at(-1))} ms`,
  );
}

const fleet = new Fleet();
fleet.setPlaces(places);
fleet.setListening(endMs - hours * 60 * minuteMs - 600_000);
for (let timeMs = endMs - hours * 60 * minuteMs; timeMs < endMs; timeMs += minuteMs)
  for (const place of places) fleet.accept(minuteOf(place, timeMs));
fleet.tick(endMs);
console.log(`${boards} boards, ${hours} h of one reading and one heartbeat a minute each`);

let nowMs = endMs;
timed('all judged again', 7, () => {
  fleet.judgeAgain();
  fleet.tick((nowMs += 500));
});
fleet.judgeAgain();
fleet.beginLook((nowMs += 500));
timed('a hundred of them, as the application judges without a pause', Math.ceil(boards / 100), () => {
  fleet.judgeSome(nowMs, 100);
});
timed('a tick in which nothing came', 41, () => fleet.tick((nowMs += 500)));
timed('a tick with what half a second brings', 41, (index) => {
  const from = (index * 42) % boards;
  for (const place of places.slice(from, from + 42)) fleet.accept(minuteOf(place, nowMs));
  fleet.tick((nowMs += 500));
});
const engine = new AlertEngine(() => crypto.randomUUID());
timed('alerts looked at', 41, () =>
  engine.tick(engineInput(fleet, calmStack, [], null, nowMs), defaultAlertRules),
);

const stop = new AbortController();
const updates = watchFleet(fleet, stop.signal);
const beforeSnapshot = performance.now();
const { value: snapshot } = await updates.next();
const snapshotMs = performance.now() - beforeSnapshot;
const text = JSON.stringify(snapshot);
console.log(
  `snapshot: ${snapshotMs.toFixed(1)} ms, as text ${(performance.now() - beforeSnapshot - snapshotMs).toFixed(1)} ms, ${Math.round(text.length / 1e3)} kB`,
);
const lost = places[7];
if (lost !== undefined) {
  const began = performance.now();
  for (let minute = 0; minute < 4; minute++)
    fleet.accept(
      minuteOf(lost, (nowMs += 1_000)).map((one) =>
        one.decoded.kind === 'heartbeat' ? { ...one, decoded: { ...one.decoded, rssi: -92 } } : one,
      ),
    );
  fleet.tick((nowMs += 500));
  const { value: delta } = await updates.next();
  console.log(
    `a change of one board to its delta: ${(performance.now() - began).toFixed(1)} ms and the wait for the tick (500 ms at most), ${JSON.stringify(delta).length} bytes`,
  );
}
stop.abort();
await updates.return(undefined);
