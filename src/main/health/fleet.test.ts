import { expect, test } from 'vitest';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import { Fleet, type FleetChange } from './fleet.ts';
import type { SettledMessage } from './settled-message.ts';

const nowMs = Date.UTC(2025, 10, 20, 12);
const macs = Array.from({ length: 5 }, (_, index) => `1C:69:20:00:00:0${index}` as MacAddress);

function fleetOfFive(): { readonly fleet: Fleet; readonly told: FleetChange[] } {
  const fleet = new Fleet();
  const told: FleetChange[] = [];
  fleet.setPlaces(macs.map((mac) => ({ mac, siteRef: null, limits: null })));
  fleet.setListening(nowMs);
  fleet.onChange((change) => told.push(change));
  return { fleet, told };
}

function reading(mac: MacAddress): SettledMessage {
  return {
    decoded: { kind: 'reading', mac, timeMs: nowMs, clockFaulty: false, temperature: 4, humidity: 60 },
    reason: null,
    message: { receivedMs: nowMs },
  };
}

test('a look in parts judges each device once, and tells after each part what changed in it', () => {
  const { fleet, told } = fleetOfFive();
  fleet.beginLook(nowMs);
  expect([fleet.judgeSome(nowMs, 2), fleet.judgeSome(nowMs, 2), fleet.judgeSome(nowMs, 2)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(told.map(({ judged }) => judged)).toEqual([macs.slice(0, 2), macs.slice(2, 4), macs.slice(4)]);
  const whole = fleetOfFive();
  whole.fleet.tick(nowMs);
  expect([...fleet.entries.values()].map(({ row }) => row)).toEqual(
    [...whole.fleet.entries.values()].map(({ row }) => row),
  );
});

test('what comes during a look is for the next one', () => {
  const { fleet, told } = fleetOfFive();
  fleet.beginLook(nowMs);
  fleet.judgeSome(nowMs, 4);
  fleet.accept(macs.slice(0, 1).map(reading));
  expect(fleet.judgeSome(nowMs, 4)).toBe(false);
  expect(told.at(-1)?.judged).toEqual(macs.slice(4));
  fleet.beginLook(nowMs + 500);
  fleet.judgeSome(nowMs + 500, 4);
  expect(told.at(-1)?.judged).toContain(macs[0]);
});

test('a device that is removed during a look is not judged any more', () => {
  const { fleet, told } = fleetOfFive();
  fleet.beginLook(nowMs);
  fleet.judgeSome(nowMs, 4);
  fleet.setPlaces(macs.slice(0, 4).map((mac) => ({ mac, siteRef: null, limits: null })));
  expect(fleet.judgeSome(nowMs, 4)).toBe(false);
  expect(told.at(-1)).toEqual({ judged: [], removed: macs.slice(4) });
});
