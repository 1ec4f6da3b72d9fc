import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeAccessPoints, parseNetsh, parseNmcli, parseSystemProfiler } from './wifi-lists.ts';

test('NetworkManager: names with colons and backslashes, open networks, hidden ones left out', () => {
  const text = String.raw`HCS-Sensors:80:6:2437 MHz:WPA2
Caf\: du Port\\:40:11:2462 MHz:
:90:1:2412 MHz:WPA2
HCS-Sensors:64:36:5180 MHz:WPA2 WPA3
`;
  expect(parseNmcli(text)).toEqual([
    { ssid: 'HCS-Sensors', rssi: -60, channel: 6, band: '2.4', secured: true },
    { ssid: 'Caf: du Port\\', rssi: -80, channel: 11, band: '2.4', secured: false },
    { ssid: 'HCS-Sensors', rssi: -68, channel: 36, band: '5', secured: true },
  ]);
});

test('Windows: read by shape, in English and in French', () => {
  const english = `
Interface name : Wi-Fi
There are 2 networks currently visible.

SSID 1 : HCS-Sensors
    Network type            : Infrastructure
    Authentication          : WPA2-Personal
    Encryption              : CCMP
    BSSID 1                 : 24:6f:28:8b:40:1c
         Signal             : 96%
         Radio type         : 802.11n
         Channel            : 6
         Basic rates (Mbps) : 1 2 5.5 11
    BSSID 2                 : 24:6f:28:8b:40:1d
         Signal             : 50%
         Radio type         : 802.11ac
         Channel            : 44

SSID 2 : Guests
    Network type            : Infrastructure
    Authentication          : Open
    Encryption              : None
    BSSID 1                 : 24:6f:28:8b:40:1e
         Signal             : 30%
         Radio type         : 802.11n
         Channel            : 1
`;
  const expected = [
    { ssid: 'HCS-Sensors', rssi: -52, channel: 6, band: '2.4', secured: true },
    { ssid: 'HCS-Sensors', rssi: -75, channel: 44, band: '5', secured: true },
    { ssid: 'Guests', rssi: -85, channel: 1, band: '2.4', secured: false },
  ];
  expect(parseNetsh(english)).toEqual(expected);
  const french = english
    .replaceAll('Network type   ', 'Type de réseau ')
    .replaceAll('Authentication', 'Authentification')
    .replaceAll(': Open', ': Ouvert')
    .replaceAll('Channel', 'Canal');
  expect(parseNetsh(french)).toEqual(expected);
});

test('macOS: channel and signal out of its sentences', () => {
  const text = JSON.stringify({
    SPAirPortDataType: [
      {
        spairport_airport_interfaces: [
          {
            _name: 'en0',
            spairport_airport_other_local_wireless_networks: [
              {
                _name: 'HCS-Sensors',
                spairport_network_channel: '6 (2GHz, 20MHz)',
                spairport_security_mode: 'spairport_security_mode_wpa2_personal',
                spairport_signal_noise: '-52 dBm / -94 dBm',
              },
              {
                _name: 'Guests',
                spairport_network_channel: '149 (5GHz, 80MHz)',
                spairport_security_mode: 'spairport_security_mode_none',
                spairport_signal_noise: '-71 dBm / -90 dBm',
              },
            ],
          },
        ],
      },
    ],
  });
  expect(parseSystemProfiler(text)).toEqual([
    { ssid: 'HCS-Sensors', rssi: -52, channel: 6, band: '2.4', secured: true },
    { ssid: 'Guests', rssi: -71, channel: 149, band: '5', secured: false },
  ]);
});

test('one line per name: the strongest that a board can hear, and whether it hears it at all', () => {
  const merged = mergeAccessPoints([
    { ssid: 'A', rssi: -80, channel: 6, band: '2.4', secured: true },
    { ssid: 'A', rssi: -40, channel: 36, band: '5', secured: true },
    { ssid: 'A', rssi: -60, channel: 1, band: '2.4', secured: true },
    { ssid: 'B', rssi: -50, channel: 40, band: '5', secured: false },
  ]);
  expect(merged).toEqual([
    { ssid: 'B', rssi: -50, channel: 40, band: '5', secured: false, accessPoints: 1 },
    { ssid: 'A', rssi: -60, channel: 1, band: 'both', secured: true, accessPoints: 3 },
  ]);
});

test('any text gives a list and never an exception', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      for (const parse of [parseNmcli, parseNetsh, parseSystemProfiler]) parse(text);
    }),
  );
});
